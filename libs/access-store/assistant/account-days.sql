-- What an account did on each day, by the clock of Paris, up to an instant.
SELECT
    toString(toDate(time, 'Europe/Paris')) AS day,
    uniqExact(event_id) AS events,
    uniqExactIf(patient_id, patient_id != '') AS patients,
    uniqExact(clinic_id) AS clinics
FROM vigie.accesses
WHERE group_id = {group:String} AND actor_id = {actor:String}
    AND time > fromUnixTimestamp64Milli({from:Int64}, 'UTC') AND time <= fromUnixTimestamp64Milli({to:Int64}, 'UTC')
    AND (empty({clinics:Array(String)}) OR has({clinics:Array(String)}, clinic_id))
GROUP BY day
ORDER BY day
