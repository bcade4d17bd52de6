-- In which groups a patient is known at all.
SELECT DISTINCT group_id
FROM
(
    SELECT group_id FROM vigie.access_rows WHERE has({patients:Array(String)}, patient_id) OR (former_id != '' AND has({patients:Array(String)}, former_id))
    UNION ALL
    SELECT group_id FROM vigie.lists WHERE has({patients:Array(String)}, value) AND group_id != ''
    UNION ALL
    SELECT group_id FROM vigie.leak_samples WHERE has({patients:Array(String)}, patient_id)
    UNION ALL
    SELECT group_id FROM vigie.dossier_patients WHERE has({patients:Array(String)}, patient_id)
)
WHERE empty({groups:Array(String)}) OR has({groups:Array(String)}, group_id)
ORDER BY group_id
