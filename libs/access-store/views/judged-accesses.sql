(
    SELECT
        group_id,
        actor_id,
        time,
        if(empty(linked_id), own_id, linked_id) AS patient_id,
        clinic_id,
        event_id,{{columns}}
        selected,
        incident_id,
        incident_from,
        incident_to,
        incident_selections
    FROM
    (
        SELECT
            group_id,
            actor_id,
            time,
            patient_id AS own_id,
            clinic_id,
            event_id,{{own_columns}}
            selected,
            incident_id,
            incident_from,
            incident_to,
            incident_selections
        FROM vigie.selected_accesses
        -- What an access may belong to. What accounts have in common is looked for only where an incident belongs to it. Which accesses belong to a
        -- block of numbers no column says: they are those to the patients that its incidents name, in their clinics.
        ARRAY JOIN
            if(
                (SELECT count() FROM {{common}}) = 0,
                [('account', actor_id)],
                [('account', actor_id), ('source_ip', source_ip), ('device', device), ('session_id', session_id), ('clinic_id', clinic_id), ('id_block', concat(clinic_id, ' ', patient_id))]
            ) AS belonging
        INNER JOIN
        (
            SELECT
                incident_id,
                group_id AS incident_group,
                subject_kind AS incident_kind,
                {{subject}} AS incident_subject,
                first_time AS incident_from,
                last_time AS incident_to,
                selections AS incident_selections
            FROM {{from}}
        ) AS incident
            ON group_id = incident_group AND belonging.1 = incident_kind AND belonging.2 = incident_subject
        -- Accounts are found by the primary key. Of all others only what may belong to an incident is asked which selections take it.
        WHERE {{whose}}(
            (group_id, actor_id) IN (SELECT group_id, actor_id FROM {{accounts}})
            OR ((SELECT count() FROM {{common}}) > 0 AND actor_id != '' AND arrayExists(
                one -> one IN (SELECT {{subject}} FROM {{common}}),
                [source_ip, device, session_id, clinic_id, concat(clinic_id, ' ', patient_id)])))
        {{span}}
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
