-- How many patients the list of an incident has.
SELECT uniqExact(patient_id) AS patients
FROM vigie.incident_patients_of(incident_id = {incident_id:String})
