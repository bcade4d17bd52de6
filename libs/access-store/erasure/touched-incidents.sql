-- Incidents, and suppressed matches, of which accesses go. The condition in braces is of those, over `access_rows`.
SELECT
    incident.incident_id AS incident_id,
    any(incident.patients) AS figure
FROM
(
    SELECT DISTINCT group_id, belonging.1 AS subject_kind, belonging.2 AS subject, time
    FROM vigie.access_rows
    ARRAY JOIN [('account', actor_id), ('source_ip', source_ip), ('device', device), ('session_id', session_id)] AS belonging
    WHERE {{taken}}
) AS access
INNER JOIN
(
    SELECT incident_id, patients, group_id, subject_kind, actor_id, first_time, last_time
    FROM vigie.incident_latest
    WHERE state NOT IN ('merged', 'withdrawn') AND patients > 0 AND has({touched_groups:Array(String)}, group_id)
) AS incident
    ON access.group_id = incident.group_id AND access.subject_kind = incident.subject_kind AND access.subject = incident.actor_id
WHERE access.time >= incident.first_time AND access.time <= incident.last_time
GROUP BY incident_id
ORDER BY incident_id
