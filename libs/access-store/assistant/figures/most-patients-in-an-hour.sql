-- Accounts with the most patients in one hour.
SELECT group_id, actor_id, toStartOfHour(time) AS hour, uniqExact(patient_id) AS patients, uniqExact(clinic_id) AS clinics
FROM vigie.accesses
WHERE patient_id != ''
GROUP BY group_id, actor_id, hour
ORDER BY patients DESC, hour
LIMIT 20
