(
    SELECT
        group_id,
        actor_id,
        time,
        patient_id,
        clinic_id,
        event_id,{{columns}}
        {{selected}} AS selected
    FROM vigie.accesses
    WHERE {{whose}}(group_id, actor_id) IN (SELECT group_id, actor_id FROM {{from}}){{span}}
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
