-- What the identity provider said that it has ended, since an instant.
SELECT `at`, `by`, route
FROM vigie.audit_rows FINAL
WHERE `at` >= fromUnixTimestamp64Milli({from:Int64}) AND status = 200 AND method = 'POST' AND startsWith(route, {route:String})
ORDER BY `at`
LIMIT 10000
