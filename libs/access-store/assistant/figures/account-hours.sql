-- What an account did, hour by hour.
SELECT toStartOfHour(time) AS hour, uniqExact(event_id) AS events, uniqExactIf(patient_id, patient_id != '') AS patients, uniqExact(clinic_id) AS clinics
FROM vigie.accesses
WHERE group_id = {group:String} AND actor_id = {actor:String}
GROUP BY hour
ORDER BY hour
