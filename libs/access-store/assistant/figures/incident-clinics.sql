-- Patients of an incident per clinic.
SELECT clinic_id, uniqExact(patient_id) AS patients, min(first_time) AS first, max(last_time) AS last
FROM vigie.incident_patients
WHERE incident_id = {incident:String}
GROUP BY clinic_id
ORDER BY patients DESC
