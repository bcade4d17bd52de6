-- How many rows lie in each stretch of `step` milliseconds, `(at, at + step]`: duplicates that are not merged yet counted twice, which is
-- near enough to cut a long history into parts that fit into memory.
SELECT toInt64(floor((toUnixTimestamp64Milli(time) - 1) / {step:Int64})) * {step:Int64} AS at, count() AS rows
FROM vigie.access_rows
WHERE {{account}}time > fromUnixTimestamp64Milli({from:Int64}, 'UTC') AND time <= fromUnixTimestamp64Milli({to:Int64}, 'UTC')
GROUP BY at
ORDER BY at
FORMAT JSONEachRow
