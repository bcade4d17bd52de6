-- The ledger of patients. Who is on it follows the selections, as in `incident_patients`; how strongly each is concerned, and by which
-- categories, follows every access of the account to that patient in that clinic within the times: where an export lies outside the rule's
-- condition it would look like a glance otherwise. An access whose outcome is not known counts as one that succeeded.
CREATE VIEW vigie.{{view}} AS
SELECT
    patient_id,
    clinic_id,
    if(empty(registered.controller_id), clinic_id, registered.controller_id) AS controller_id,
    ['attempted', 'listed', 'displayed', 'exported'][strength] AS certainty,
    categories,
    key_ids,
    first_time,
    last_time,
    accesses
FROM
(
    SELECT
        any(group_id) AS of_group,
        patient_id,
        clinic_id,
        1 + max(multiIf(outcome = 'failure', 0, action IN ('export', 'print', 'download'), 3, action IN ('search', 'list'), 1, 2)) AS strength,
        arraySort(arrayDistinct(arrayFlatten(groupUniqArray(if(empty(access.categories), ['unknown'], access.categories))))) AS categories,
        arraySort(groupUniqArray(key_id)) AS key_ids,
        min(time) AS first_time,
        max(time) AS last_time,
        uniqExact(event_id) AS accesses
    FROM
    {{accesses}}
    WHERE time >= incident_from AND time <= incident_to{{narrowed}}
    GROUP BY patient_id, clinic_id
    HAVING max(hasAny(selected, incident_selections))
) AS listed
LEFT JOIN
(
    SELECT group_id AS register_group, clinic_id AS register_clinic, controller_id
    FROM vigie.clinics
    FINAL
) AS registered
    ON of_group = register_group AND clinic_id = register_clinic
