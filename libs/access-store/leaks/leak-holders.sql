-- The patients of a sample that anybody opened in the period, each with who did, and where.
SELECT patient_id, groupUniqArray(bitShiftRight(cityHash64(actor_id), 11)) AS holders, groupUniqArray(clinic_id) AS clinics
FROM vigie.accesses
WHERE group_id = {group:String} AND outcome != 'failure'
    AND time >= fromUnixTimestamp64Milli({from:Int64}, 'UTC') AND time < fromUnixTimestamp64Milli({to:Int64}, 'UTC')
    AND patient_id IN (SELECT patient_id FROM vigie.leak_samples WHERE group_id = {group:String} AND leak_id = {leak:String})
GROUP BY patient_id
ORDER BY patient_id
