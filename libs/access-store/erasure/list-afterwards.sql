-- How many patients the list of an incident has, and how many it would have without the accesses of the condition in braces: those that have another one left
-- between its times. Where a key followed another, a patient is listed by the newer pseudonym.
WITH (SELECT (group_id, subject_kind, actor_id, first_time, last_time, clinics, block_patients) FROM vigie.incident_latest WHERE incident_id = {incident_id:String} LIMIT 1) AS incident
SELECT
    uniqExact(patient_id) AS before,
    uniqExactIf(patient_id, patient_id IN
    (
        SELECT if(empty(newer), own_id, newer)
        FROM
        (
            SELECT patient_id AS own_id
            FROM vigie.access_rows
            WHERE group_id = incident.1 AND time >= incident.4 AND time <= incident.5 AND patient_id != ''
                AND multiIf(incident.2 = 'account', actor_id, incident.2 = 'source_ip', source_ip, incident.2 = 'device', device, incident.2 = 'session_id', session_id, incident.2 = 'clinic_id', clinic_id,
                    has(incident.6, clinic_id) AND has(incident.7, patient_id), incident.3, '') = incident.3
                AND NOT ({{taken}})
        ) AS left_over
        LEFT JOIN
        (
            SELECT former_id, any(patient_id) AS newer
            FROM vigie.access_rows
            WHERE former_id != '' AND former_id != patient_id AND group_id = incident.1
            GROUP BY former_id
        ) AS link
            ON own_id = link.former_id
    )) AS after
FROM vigie.incident_patients_of(incident_id = {incident_id:String})
