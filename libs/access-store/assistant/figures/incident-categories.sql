-- What was exposed, by category of data.
SELECT category, uniqExact(patient_id) AS patients
FROM vigie.incident_ledger_of(incident_id = {incident:String})
ARRAY JOIN categories AS category
GROUP BY category
ORDER BY patients DESC, category
