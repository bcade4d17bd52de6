-- How many of a sample are known to the group at all, whenever and however.
SELECT uniqExact(patient_id) AS known
FROM vigie.accesses
WHERE group_id = {group:String}
    AND patient_id IN (SELECT patient_id FROM vigie.leak_samples WHERE group_id = {group:String} AND leak_id = {leak:String})
