-- Per group, source and day since an instant: what ingestors counted, and what the store has of it.
SELECT group_id, source, toString(accounted.day) AS day, received, refused, events, rows, quarantined
FROM vigie.accounting AS accounted
WHERE accounted.day >= toDate(fromUnixTimestamp64Milli({from:Int64}, 'UTC'))
ORDER BY accounted.day DESC, group_id, source
LIMIT {limit:UInt32}
