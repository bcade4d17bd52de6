-- The life of an incident.
SELECT changed_at, change_type, state, patients, step, rules
FROM vigie.incident_changes
WHERE incident_id = {incident:String}
ORDER BY version
