-- Who opened each of some patients that anybody opened in the period: one of every `every`, by a hash of the patient, so that the same are
-- drawn each time.
SELECT groupUniqArray(bitShiftRight(cityHash64(actor_id), 11)) AS holders
FROM vigie.accesses
WHERE group_id = {group:String} AND patient_id != '' AND outcome != 'failure'
    AND time >= fromUnixTimestamp64Milli({from:Int64}, 'UTC') AND time < fromUnixTimestamp64Milli({to:Int64}, 'UTC')
    AND cityHash64(patient_id) % {every:UInt32} = 0
GROUP BY patient_id
ORDER BY patient_id
