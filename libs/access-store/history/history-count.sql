SELECT count() AS rows
FROM vigie.accesses
WHERE {{account}}time > fromUnixTimestamp64Milli({from:Int64}, 'UTC') AND time <= fromUnixTimestamp64Milli({to:Int64}, 'UTC')
FORMAT JSONEachRow
