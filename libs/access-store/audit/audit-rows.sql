-- A page of the chains that have a row in a stretch of time, whole, in the order of their numbers.
SELECT
    audit_id, chain_id, number, previous_sha256, `at`, `by`, via, method, route, case_id, rows, status, remote_address, sha256
FROM vigie.audit_rows FINAL
WHERE (chain_id, number, sha256) > ({chain_id:String}, {number:UInt64}, {sha256:String})
  AND chain_id IN (
    SELECT chain_id
    FROM vigie.audit_rows
    WHERE `at` >= fromUnixTimestamp64Milli({from:Int64}) AND `at` < fromUnixTimestamp64Milli({to:Int64})
  )
ORDER BY chain_id, number, sha256
LIMIT {limit:UInt32}
