-- As before, whatever a reader says of joins: some tools set `join_use_nulls` for all their queries, under which the view was an error.
CREATE OR REPLACE VIEW vigie.rule_verdicts AS
SELECT
    group_id,
    rule_id,
    week,
    verdict,
    argMax(title, opened_at) AS title,
    count() AS cases,
    arraySort(groupArrayIf(patients, fired)) AS patients_at_firing,
    max(judged_at) AS last_judged_at
FROM
(
    SELECT
        group_id,
        case_id,
        arrayJoin(arrayDistinct(rules)) AS rule_id,
        toMonday(opened_at) AS week,
        verdict,
        opened_at,
        if(verdict = '', NULL, ifNull(resolved_at, changed_at)) AS judged_at
    FROM vigie.cases
) AS judged
LEFT JOIN
(
    SELECT
        linked.case_id AS fired_case,
        fired_rule,
        1 AS fired,
        argMin(incident.patients_at_firing, (first_fired, incident.incident_id)) AS patients,
        argMax(fired_title, first_fired) AS title
    FROM vigie.case_incidents AS linked
    INNER JOIN
    (
        SELECT
            incident_id,
            patients_at_firing,
            arrayJoin(rule_matches) AS match,
            match.rule_id AS fired_rule,
            match.title AS fired_title,
            match.first_fired AS first_fired
        FROM vigie.incidents
    ) AS incident
        ON linked.incident_id = incident.incident_id
    GROUP BY fired_case, fired_rule
) AS firing
    ON judged.case_id = firing.fired_case AND judged.rule_id = firing.fired_rule
GROUP BY group_id, rule_id, week, verdict
SETTINGS join_use_nulls = 0;
