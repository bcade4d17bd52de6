(
    SELECT
        group_id,
        subject_kind,
        subject,
        actor_id,
        time,
        if(empty(linked_id), own_id, linked_id) AS patient_id,
        clinic_id,
        event_id,{{columns}}
        selected
    FROM
    (
        -- Accounts are found by the primary key.
        SELECT
            group_id,
            'account' AS subject_kind,
            actor_id AS subject,
            actor_id,
            time,
            patient_id AS own_id,
            clinic_id,
            event_id,{{own_columns}}
            {{selected}} AS selected
        FROM vigie.accesses
        WHERE {{whose}}(group_id, actor_id) IN (SELECT group_id, actor_id FROM {{accounts}}){{span}}
        UNION ALL
        -- What accounts have in common is looked for only where an incident belongs to it. Which accesses belong to a block of numbers no column
        -- says: they are those to the patients that its incidents name, in their clinics. One branch for all of these, since each holds every condition.
        SELECT
            group_id,
            belonging.1 AS subject_kind,
            common_subject AS subject,
            actor_id,
            time,
            patient_id AS own_id,
            clinic_id,
            event_id,{{own_columns}}
            {{selected}} AS selected
        FROM vigie.accesses
        ARRAY JOIN
            [('source_ip', source_ip), ('device', device), ('session_id', session_id), ('clinic_id', clinic_id), ('id_block', concat(clinic_id, ' ', patient_id))] AS belonging
        INNER JOIN
        (
            SELECT DISTINCT
                group_id AS common_group,
                subject_kind AS common_kind,
                actor_id AS common_value,
                actor_id AS common_subject
            FROM {{lanes}}
            UNION ALL
            SELECT DISTINCT
                group_id AS common_group,
                subject_kind AS common_kind,
                concat(arrayJoin(clinics), ' ', arrayJoin(block_patients)) AS common_value,
                actor_id AS common_subject
            FROM {{blocks}}
        ) AS common
            ON group_id = common_group AND belonging.1 = common_kind AND belonging.2 = common_value
        WHERE {{whose}}actor_id != '' AND (SELECT count() FROM {{common}}) > 0{{span}}
    ) AS own
    LEFT JOIN
    (
        -- Where a key followed another, a patient has two pseudonyms and counts once, by the newer.
        SELECT
            group_id AS linked_group,
            former_id,
            any(patient_id) AS linked_id,
            any(key_id) AS linked_key
        FROM vigie.access_rows
        WHERE former_id != '' AND former_id != patient_id AND group_id IN (SELECT group_id FROM {{from}})
        GROUP BY linked_group, former_id
    ) AS link
        ON group_id = linked_group AND own_id = former_id
) AS access
INNER JOIN
(
    SELECT
        incident_id,
        group_id AS incident_group,
        subject_kind AS incident_kind,
        actor_id AS incident_actor,
        first_time AS incident_from,
        last_time AS incident_to,
        selections AS incident_selections
    FROM {{from}}
) AS incident
    ON group_id = incident_group AND subject_kind = incident_kind AND subject = incident_actor
