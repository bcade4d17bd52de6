-- What is evidence in these groups: the accesses of a subject between two times, by case. Of incidents in a case that is not resolved, of incidents that
-- still count, and of what the dossiers of such cases look at besides. A merged or withdrawn incident lists nobody: its accesses are another's, or nobody's.
WITH (SELECT groupArray(case_id) FROM vigie.cases WHERE status = 'resolved') AS resolved
SELECT DISTINCT
    linked.case_id AS case_id,
    incident.group_id AS group_id,
    -- Of a block of numbers the accesses of its accounts are kept, since none says which block it lies in; of a clinic too, where all its accounts are named,
    -- since else whatever anybody does there would be kept.
    (arrayJoin(if(incident.subject_kind = 'id_block' OR (incident.subject_kind = 'clinic_id' AND incident.account_count = length(incident.accounts)),
        arrayMap(account -> ('account', account), incident.accounts), [(toString(incident.subject_kind), incident.actor_id)])) AS keeper).1 AS subject_kind,
    keeper.2 AS subject,
    toUnixTimestamp64Milli(incident.first_time) AS from_ms,
    toUnixTimestamp64Milli(incident.last_time) AS to_ms
FROM vigie.dossier_incidents AS linked
INNER JOIN vigie.incidents AS incident ON linked.incident_id = incident.incident_id
WHERE has({groups:Array(String)}, incident.group_id)
    AND incident.state NOT IN ('merged', 'withdrawn')
    AND (NOT has(resolved, linked.case_id) OR incident.state = 'open')
UNION DISTINCT
SELECT
    case_id,
    group_id,
    'account' AS subject_kind,
    arrayJoin(accounts) AS subject,
    toUnixTimestamp64Milli(from_time) AS from_ms,
    toUnixTimestamp64Milli(to_time) AS to_ms
FROM vigie.dossier_scopes
WHERE has({groups:Array(String)}, group_id) AND NOT has(resolved, case_id)
ORDER BY case_id, group_id, subject_kind, subject, from_ms, to_ms
