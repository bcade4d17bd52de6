-- Which patients an incident concerns, by definition: those of the accesses of its account, from its first to its last time, that its
-- selections select. Only accounts that have an incident are read, through the primary key. Merged and withdrawn ones list nobody.
CREATE VIEW vigie.{{view}} AS
SELECT
    incident_id,
    patient_id,
    clinic_id,
    min(time) AS first_time,
    max(time) AS last_time,
    uniqExact(event_id) AS accesses
FROM
(
    SELECT
        group_id,
        actor_id,
        time,
        patient_id,
        clinic_id,
        event_id,
        {{selected}} AS selected
    FROM vigie.accesses
    WHERE patient_id != ''
        AND (group_id, actor_id) IN (SELECT group_id, actor_id FROM {{from}}){{span}}
) AS access
INNER JOIN
(
    SELECT
        incident_id,
        group_id AS incident_group,
        actor_id AS incident_actor,
        first_time AS incident_from,
        last_time AS incident_to,
        selections AS incident_selections
    FROM {{from}}
) AS incident
    ON group_id = incident_group AND actor_id = incident_actor
WHERE time >= incident_from AND time <= incident_to AND hasAny(selected, incident_selections)
GROUP BY incident_id, patient_id, clinic_id
