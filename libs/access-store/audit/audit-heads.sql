-- Where the chains stand that have a row since an instant, those that grew last first. Nothing of who looked at what is read.
SELECT chain_id AS `chainId`, max(number) AS rows, argMax(sha256, number) AS sha256
FROM vigie.audit_rows
WHERE `at` >= fromUnixTimestamp64Milli({since:Int64})
GROUP BY chain_id
ORDER BY max(`at`) DESC, chain_id
LIMIT {limit:UInt32}
