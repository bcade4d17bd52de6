-- Cases whose id begins so, and their incidents as they are now; the first one's group is the case's.
SELECT
    case_id,
    groupArray((incident_id, group_id, actor_id, state, first_time, last_time, patients, version, changed_at, selections, subject_kind)) AS incidents
FROM
(
    SELECT case_id, incident_id
    FROM vigie.dossier_incidents
    WHERE startsWith(case_id, {prefix:String})
    ORDER BY case_id, linked_at, incident_id
) AS linked
INNER JOIN vigie.incident_latest AS incident ON linked.incident_id = incident.incident_id
GROUP BY case_id
ORDER BY case_id
LIMIT {limit:UInt32}
