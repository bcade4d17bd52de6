-- Incidents, and suppressed matches, of which accesses go. The condition in braces is of those, over `access_rows`.
SELECT
    incident.incident_id AS incident_id,
    any(incident.patients) AS figure
FROM
(
    SELECT DISTINCT group_id, belonging.1 AS subject_kind, belonging.2 AS subject, time
    FROM vigie.access_rows
    ARRAY JOIN [('account', actor_id), ('source_ip', source_ip), ('device', device), ('session_id', session_id), ('clinic_id', clinic_id)] AS belonging
    WHERE {{taken}}
    UNION ALL
    SELECT DISTINCT group_id, 'id_block' AS subject_kind, block_subject AS subject, time
    FROM vigie.access_rows
    INNER JOIN
    (
        SELECT DISTINCT group_id AS block_group, actor_id AS block_subject, arrayJoin(clinics) AS block_clinic, arrayJoin(block_patients) AS block_patient
        FROM vigie.incident_latest
        WHERE subject_kind = 'id_block' AND has({touched_groups:Array(String)}, group_id)
    ) AS block
        ON group_id = block_group AND clinic_id = block_clinic AND patient_id = block_patient
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
