-- Events that touched more records than the source names patients: an upper bound, never to be added to people. One that failed touched none.
CREATE VIEW vigie.{{view}} AS
SELECT
    clinic_id,
    if(empty(registered.controller_id), clinic_id, registered.controller_id) AS controller_id,
    event_id,
    time,
    action,
    records,
    named,
    records - named AS unnamed
FROM
(
    SELECT
        any(group_id) AS of_group,
        min(access.clinic_id) AS clinic_id,
        event_id,
        min(access.time) AS time,
        min(access.action) AS action,
        ifNull(max(record_count), 0) AS records,
        uniqExactIf(patient_id, patient_id != '') AS named
    FROM
    {{accesses}}
    WHERE access.time >= incident_from AND access.time <= incident_to AND outcome != 'failure'{{narrowed}}
    GROUP BY event_id
    HAVING max(hasAny(selected, incident_selections)) AND records > named
) AS counted
LEFT JOIN
(
    SELECT group_id AS register_group, clinic_id AS register_clinic, controller_id
    FROM vigie.clinics
    FINAL
) AS registered
    ON of_group = register_group AND clinic_id = register_clinic
