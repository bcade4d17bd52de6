-- What receivers were told of some incidents, in order.
SELECT change_id, incident_id, change_type, kind, endpoint, attempt, outcome, status, reason, at, delay_seconds
FROM vigie.notifications
WHERE incident_id IN {incidents:Array(String)}
ORDER BY at, change_id, endpoint, attempt
LIMIT {limit:UInt32}
