-- Notifications of an incident.
SELECT endpoint, change_type, countIf(n.outcome != 'expired') AS attempts, argMax(n.outcome, at) AS outcome, argMax(status, at) AS status, round(max(delay_seconds), 1) AS delay_seconds
FROM vigie.notifications AS n
WHERE incident_id = {incident:String}
GROUP BY endpoint, change_type, change_id
ORDER BY endpoint, change_type
