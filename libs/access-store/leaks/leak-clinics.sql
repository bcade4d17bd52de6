-- Each clinic at which anybody opened a patient in the period, with how many.
SELECT clinic_id AS clinicId, uniqExact(patient_id) AS size
FROM vigie.accesses
WHERE group_id = {group:String} AND patient_id != '' AND outcome != 'failure'
    AND time >= fromUnixTimestamp64Milli({from:Int64}, 'UTC') AND time < fromUnixTimestamp64Milli({to:Int64}, 'UTC')
GROUP BY clinic_id
ORDER BY clinic_id
