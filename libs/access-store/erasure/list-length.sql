-- How many patients the list of an incident, or suppressed match, has now.
SELECT uniqExact(patient_id) AS n
FROM vigie.incident_patients_of(incident_id = {incident_id:String})
