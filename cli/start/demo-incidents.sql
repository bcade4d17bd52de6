-- Incidents as the summary of a demonstration tells them, by the first rule of each; times in milliseconds.
SELECT
    incident_id,
    actor_id,
    toUnixTimestamp64Milli(rule_matches[1].first_fired) AS fired,
    rule_matches[1].title AS title,
    patients_at_detection,
    patients,
    length(clinics) AS clinics,
    toUnixTimestamp64Milli(last_time) AS last_time
FROM vigie.incidents
WHERE state NOT IN ('merged', 'withdrawn')
