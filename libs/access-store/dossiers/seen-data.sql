-- What was seen of the patients of a frozen list, as far as it was known then.
SELECT
    (SELECT arraySort(groupUniqArrayArray(categories)) FROM vigie.dossier_patients WHERE snapshot_id = {snapshot_id:String}) AS categories,
    (SELECT sum(accesses) FROM vigie.dossier_patients WHERE snapshot_id = {snapshot_id:String}) AS accesses,
    (
        SELECT arraySort(groupUniqArray(action))
        FROM vigie.accesses
        WHERE (group_id, actor_id) IN (SELECT group_id, actor_id FROM vigie.incident_latest WHERE incident_id IN {ids:Array(String)})
            AND time >= (SELECT min(first_time) FROM vigie.dossier_patients WHERE snapshot_id = {snapshot_id:String})
            AND time <= (SELECT max(last_time) FROM vigie.dossier_patients WHERE snapshot_id = {snapshot_id:String})
            AND patient_id != '' AND outcome != 'failure' AND received_at <= parseDateTime64BestEffort({frozen_at:String}, 3, 'UTC')
    ) AS actions
