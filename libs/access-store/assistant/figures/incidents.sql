-- Incidents, newest first.
SELECT incident_id, group_id, actor_id, state, level, first_time, last_time, detected_at, patients_at_firing, patients_at_detection, patients, length(clinics) AS clinics, found, late_seconds, rules
FROM vigie.incidents
ORDER BY detected_at DESC
LIMIT 100
