-- How many patients the list of each of some incidents has, and all of them together, each once: the row without an id.
SELECT incident_id, uniqExact(patient_id) AS patients
FROM vigie.incidents_patients_of(incident_ids = {incident_ids:Array(String)})
GROUP BY GROUPING SETS ((incident_id), ())
