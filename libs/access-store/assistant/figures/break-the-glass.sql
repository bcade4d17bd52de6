-- Break-the-glass.
SELECT actor_id, any(actor_role) AS role, uniqExactIf(patient_id, patient_id != '') AS patients, groupUniqArray(purpose) AS purposes
FROM vigie.accesses
WHERE emergency = true
GROUP BY actor_id
ORDER BY patients DESC
