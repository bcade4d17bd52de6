-- What was seen of the patients of a frozen list, and what was done with them, as far as it was known then.
SELECT
    (SELECT arraySort(groupUniqArrayArray(categories)) FROM vigie.dossier_patients WHERE snapshot_id = {snapshot_id:String}) AS categories,
    (SELECT sum(accesses) FROM vigie.dossier_patients WHERE snapshot_id = {snapshot_id:String}) AS accesses,
    (
        SELECT arraySort(groupUniqArray(action))
        FROM vigie.accesses
        WHERE group_id = {group_id:String}
            AND (actor_id IN {accounts:Array(String)} OR actor_id IN (SELECT actor_id FROM vigie.incident_latest WHERE subject_kind = 'account' AND incident_id IN {ids:Array(String)})
                OR arrayExists((kind, subject) -> (kind, subject) IN (SELECT subject_kind, actor_id FROM vigie.incident_latest WHERE incident_id IN {ids:Array(String)}),
                    ['source_ip', 'device', 'session_id'], [source_ip, device, session_id])
                OR (clinic_id, actor_id) IN (SELECT actor_id, arrayJoin(accounts) FROM vigie.incident_latest WHERE subject_kind = 'clinic_id' AND incident_id IN {ids:Array(String)})
                OR (clinic_id, patient_id) IN (SELECT arrayJoin(clinics), arrayJoin(block_patients) FROM vigie.incident_latest WHERE subject_kind = 'id_block' AND incident_id IN {ids:Array(String)}))
            AND (clinic_id, patient_id) IN (SELECT clinic_id, patient_id FROM vigie.dossier_patients WHERE snapshot_id = {snapshot_id:String})
            AND time >= (SELECT min(first_time) FROM vigie.dossier_patients WHERE snapshot_id = {snapshot_id:String})
            AND time <= (SELECT max(last_time) FROM vigie.dossier_patients WHERE snapshot_id = {snapshot_id:String})
            AND patient_id != '' AND outcome != 'failure' AND received_at <= parseDateTime64BestEffort({frozen_at:String}, 3, 'UTC')
    ) AS actions
