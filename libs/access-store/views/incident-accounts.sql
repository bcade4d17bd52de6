-- The accounts of an incident, by the accesses that count for it, how many patients each has, and the incidents of its own within a day of
-- them: of an account's incident, itself.
CREATE VIEW vigie.{{view}} AS
SELECT
    of_group AS group_id,
    of_actor AS actor_id,
    patients,
    accesses,
    first_access AS first_time,
    last_access AS last_time,
    arraySort(groupUniqArrayIf(own_id, own_id != '' AND own_from <= last_access + INTERVAL 1 DAY AND own_to >= first_access - INTERVAL 1 DAY)) AS incident_ids
FROM
(
    SELECT
        any(access.group_id) AS of_group,
        access.actor_id AS of_actor,
        uniqExactIf(patient_id, patient_id != '') AS patients,
        uniqExact(event_id) AS accesses,
        min(access.time) AS first_access,
        max(access.time) AS last_access
    FROM
    {{accesses}}
    WHERE access.time >= incident_from AND access.time <= incident_to AND hasAny(selected, incident_selections)
    GROUP BY access.actor_id
) AS counted
LEFT JOIN
(
    SELECT incident_id AS own_id, group_id AS own_group, actor_id AS own_actor, first_time AS own_from, last_time AS own_to
    FROM vigie.incidents
    WHERE subject_kind = 'account' AND state NOT IN ('merged', 'withdrawn')
) AS own
    ON of_group = own_group AND of_actor = own_actor
GROUP BY of_group, of_actor, patients, accesses, first_access, last_access
ORDER BY patients DESC, actor_id
