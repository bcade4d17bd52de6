SELECT
    snapshot_id, group_id, case_id, controller_id, number, kind, frozen_at, frozen_by, scope_version, patients, exposed, per_tier, unnamed_records,
    list_sha256, manifest, manifest_sha256, previous_sha256
FROM vigie.dossier_snapshots
WHERE (startsWith(snapshot_id, {prefix:String}) OR startsWith(case_id, {prefix:String})) AND ({controller:String} = '' OR controller_id = {controller:String})
ORDER BY case_id, controller_id, number, frozen_at
