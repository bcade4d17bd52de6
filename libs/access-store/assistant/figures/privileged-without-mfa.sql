-- Privileged accounts without a second factor.
SELECT actor_id, uniqExact(event_id) AS events, uniqExactIf(patient_id, patient_id != '') AS patients, max(time) AS last
FROM vigie.accesses
WHERE privileged = true AND mfa = false
GROUP BY actor_id
ORDER BY patients DESC
