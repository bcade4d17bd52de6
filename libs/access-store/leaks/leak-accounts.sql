-- Everybody who opened a patient in the period, with how many; `everybody` is how many patients anybody opened. `number` stands for the
-- account in lists of holders: 53 bits of a hash, which is shorter than a name and which JSON can hold.
SELECT
    actor_id,
    bitShiftRight(cityHash64(actor_id), 11) AS number,
    uniqExact(patient_id) AS size,
    (
        SELECT uniqExact(patient_id)
        FROM vigie.accesses
        WHERE group_id = {group:String} AND patient_id != '' AND outcome != 'failure'
            AND time >= fromUnixTimestamp64Milli({from:Int64}, 'UTC') AND time < fromUnixTimestamp64Milli({to:Int64}, 'UTC')
    ) AS everybody
FROM vigie.accesses
WHERE group_id = {group:String} AND patient_id != '' AND outcome != 'failure'
    AND time >= fromUnixTimestamp64Milli({from:Int64}, 'UTC') AND time < fromUnixTimestamp64Milli({to:Int64}, 'UTC')
GROUP BY actor_id
ORDER BY actor_id
