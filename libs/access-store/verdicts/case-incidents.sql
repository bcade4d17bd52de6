-- Incidents that stand, with the case that each is in: those of cases that are named by the first digits of their id or of that of one of
-- their incidents, or those of accounts, given as two arrays of one length.
SELECT
    linked.case_id AS case_id,
    verdict,
    incident.incident_id AS incident_id,
    incident.group_id AS group_id,
    incident.subject_kind AS subject_kind,
    incident.actor_id AS actor_id,
    incident.first_time AS first_time,
    incident.last_time AS last_time,
    incident.rules AS rules,
    incident.selections AS selections
FROM vigie.case_incidents AS linked
INNER JOIN (SELECT case_id, verdict FROM vigie.cases) AS judged ON linked.case_id = judged.case_id
INNER JOIN
(
    SELECT incident_id, group_id, subject_kind, actor_id, first_time, last_time, rules, selections
    FROM vigie.incidents
    WHERE state IN ('open', 'closed')
) AS incident ON linked.incident_id = incident.incident_id
WHERE (notEmpty({prefix:String}) AND linked.case_id IN (
        SELECT case_id FROM vigie.case_incidents WHERE startsWith(case_id, {prefix:String}) OR startsWith(incident_id, {prefix:String})
    ))
    OR (incident.group_id, incident.actor_id) IN (SELECT arrayJoin(arrayZip({groups:Array(String)}, {actors:Array(String)})))
ORDER BY first_time, incident_id
