-- When each account, or another subject, was there last, by the accesses that a selection takes. It reads no more columns than the selection asks.
SELECT group_id, {{subject}}, max(access_rows.time)
FROM vigie.access_rows
WHERE {{account}}time > fromUnixTimestamp64Milli({from:Int64}, 'UTC') AND time <= fromUnixTimestamp64Milli({to:Int64}, 'UTC')
    AND ({{selection}})
GROUP BY group_id, {{subject}}
