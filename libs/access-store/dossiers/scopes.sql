SELECT
    group_id, case_id, version, accounts, from_time, to_time, source_ips, devices, session_ids, applications, author, reason, set_at
FROM vigie.dossier_scopes
WHERE case_id = {case_id:String}
ORDER BY version, set_at
