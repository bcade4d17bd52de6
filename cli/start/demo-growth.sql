-- What an incident has, by which one sees whether it still grows.
SELECT incident_id, patients
FROM vigie.incidents
ORDER BY incident_id
