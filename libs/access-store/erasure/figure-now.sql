-- How many patients people are told of an incident now.
SELECT patients AS n
FROM vigie.incident_latest
WHERE incident_id = {incident_id:String}
