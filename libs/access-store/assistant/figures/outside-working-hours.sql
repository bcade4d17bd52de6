-- Accesses outside working hours.
SELECT actor_id, uniqExact(event_id) AS events, uniqExactIf(patient_id, patient_id != '') AS patients
FROM vigie.accesses
WHERE toHour(time, 'Europe/Paris') NOT BETWEEN 7 AND 20 OR toDayOfWeek(time, 0, 'Europe/Paris') > 5
GROUP BY actor_id
ORDER BY patients DESC
LIMIT 50
