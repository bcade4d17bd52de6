-- Clinics whose accesses of before came in after the list was frozen.
SELECT DISTINCT clinic_id
FROM vigie.accesses
ARRAY JOIN [('account', actor_id), ('source_ip', source_ip), ('device', device), ('session_id', session_id), ('clinic_id', clinic_id)] AS belonging
WHERE (group_id, belonging.1, belonging.2) IN (SELECT group_id, 'account', account FROM vigie.dossier_scopes ARRAY JOIN accounts AS account WHERE case_id = {case_id:String}
    UNION ALL SELECT group_id, subject_kind, actor_id FROM vigie.incident_latest WHERE incident_id IN (SELECT incident_id FROM vigie.dossier_incidents WHERE case_id = {case_id:String}))
    AND time <= (SELECT max(last_time) FROM vigie.dossier_patients WHERE snapshot_id = {snapshot_id:String})
    AND received_at > parseDateTime64BestEffort({frozen_at:String}, 3, 'UTC')
UNION DISTINCT
SELECT DISTINCT clinic_id
FROM vigie.accesses
WHERE (group_id, clinic_id, patient_id) IN (SELECT group_id, arrayJoin(clinics), arrayJoin(block_patients) FROM vigie.incident_latest
    WHERE subject_kind = 'id_block' AND incident_id IN (SELECT incident_id FROM vigie.dossier_incidents WHERE case_id = {case_id:String}))
    AND time <= (SELECT max(last_time) FROM vigie.dossier_patients WHERE snapshot_id = {snapshot_id:String})
    AND received_at > parseDateTime64BestEffort({frozen_at:String}, 3, 'UTC')
ORDER BY clinic_id
