-- What an account did on each day, by the clock of Paris.
SELECT
    toString(toDate(time, 'Europe/Paris')) AS day,
    uniqExact(event_id) AS events,
    uniqExactIf(patient_id, patient_id != '') AS patients,
    uniqExact(clinic_id) AS clinics
FROM vigie.accesses
WHERE group_id = {group:String} AND actor_id = {actor:String}
    AND time >= toDateTime64({first_day:Date}, 3, 'Europe/Paris') AND time < toDateTime64({last_day:Date} + 1, 3, 'Europe/Paris')
    AND (empty({clinics:Array(String)}) OR has({clinics:Array(String)}, clinic_id))
GROUP BY day
ORDER BY day
