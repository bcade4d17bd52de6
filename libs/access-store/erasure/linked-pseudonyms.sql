-- Where a key followed another a patient has two pseudonyms, which rows of the time of both have side by side. Per group, because keys are.
SELECT DISTINCT group_id, arrayJoin([patient_id, former_id]) AS pseudonym
FROM vigie.access_rows
WHERE (empty({groups:Array(String)}) OR has({groups:Array(String)}, group_id))
    AND former_id != '' AND (has({patients:Array(String)}, patient_id) OR has({patients:Array(String)}, former_id))
    AND pseudonym != ''
