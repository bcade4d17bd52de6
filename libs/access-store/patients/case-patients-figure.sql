-- How many lines the list of a case has, how many patients they are, of how many lines what was seen is how strong, and how many lines lie in each clinic.
SELECT
    sum(own_lines) AS lines,
    uniqExactMerge(own_patients) AS patients,
    sum(own_exported) AS exported,
    sum(own_displayed) AS displayed,
    sum(own_listed) AS listed,
    sum(own_attempted) AS attempted,
    arraySort(groupArray((clinic_id, own_lines))) AS by_clinic
FROM
(
    SELECT
        clinic_id,
        count() AS own_lines,
        uniqExactState(patient_id) AS own_patients,
        countIf(certainty = 'exported') AS own_exported,
        countIf(certainty = 'displayed') AS own_displayed,
        countIf(certainty = 'listed') AS own_listed,
        countIf(certainty = 'attempted') AS own_attempted
    FROM vigie.case_ledger_of(case_id = {case_id:String})
    WHERE (empty({clinics:Array(String)}) OR has({clinics:Array(String)}, clinic_id))
        AND (empty({certainty:String}) OR certainty = {certainty:String})
    GROUP BY clinic_id
)
