-- Each clinic at which anybody opened a patient in the period, with how many, and how many of them the account did that opened most there.
SELECT clinic_id AS clinicId, uniqExact(patient_id) AS size, max(own) AS largest
FROM
(
    SELECT clinic_id, patient_id, actor_id, uniqExact(patient_id) OVER (PARTITION BY clinic_id, actor_id) AS own
    FROM
    (
        SELECT DISTINCT clinic_id, patient_id, actor_id
        FROM vigie.accesses
        WHERE group_id = {group:String} AND patient_id != '' AND outcome != 'failure'
            AND time >= fromUnixTimestamp64Milli({from:Int64}, 'UTC') AND time < fromUnixTimestamp64Milli({to:Int64}, 'UTC')
    )
)
GROUP BY clinic_id
ORDER BY clinic_id
