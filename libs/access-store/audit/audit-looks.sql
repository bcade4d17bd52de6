-- Who looked at what, the newest first, behind a place: of one person, of one case, or of all where these are empty.
SELECT
    audit_id, `at`, `by`, via, method, route, case_id, rows, status, remote_address
FROM vigie.audit_rows FINAL
WHERE `at` >= fromUnixTimestamp64Milli({from:Int64}) AND `at` < fromUnixTimestamp64Milli({to:Int64})
    AND ({by:String} = '' OR `by` = {by:String})
    AND ({case_id:String} = '' OR case_id = {case_id:String})
    AND ({kind:String} = '' OR ({kind:String} = 'refused' AND status IN (401, 403, 429)) OR ({kind:String} = 'lists' AND match(route, 'patients|accesses|/files/|snapshots')) OR ({kind:String} = 'changes' AND method IN ('POST', 'PATCH', 'DELETE') AND NOT match(route, 'login|logout|confirm')))
    AND (`at`, audit_id) < (fromUnixTimestamp64Milli({before_time:Int64}), {before_id:String})
ORDER BY `at` DESC, audit_id DESC
LIMIT {limit:UInt32}
