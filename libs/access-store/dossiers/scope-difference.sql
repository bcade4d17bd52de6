-- Patients of one scope that another has not, both ways, with some of them as examples.
SELECT
    countIf(here AND NOT there) AS added,
    countIf(there AND NOT here) AS left_out,
    groupArraySortedIf({examples:UInt32})(patient_id, here AND NOT there) AS added_examples,
    groupArraySortedIf({examples:UInt32})(patient_id, there AND NOT here) AS left_out_examples
FROM
(
    SELECT patient_id, max(place) AS here, max(1 - place) AS there
    FROM
    (
        SELECT patient_id, 1 AS place
        FROM vigie.dossier_ledger_of(case_id = {case_id:String}, scope_version = {scope_version:UInt32})
        UNION ALL
        SELECT patient_id, 0 AS place
        FROM vigie.dossier_ledger_of(case_id = {case_id:String}, scope_version = {than:UInt32})
    )
    GROUP BY patient_id
)
