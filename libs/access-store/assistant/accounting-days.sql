-- What each source of a group brought on each day: stored, and set aside.
SELECT source, toString(accounted.day) AS day, events, rows, quarantined
FROM vigie.accounting AS accounted
WHERE group_id = {group:String} AND accounted.day >= toDate(fromUnixTimestamp64Milli({from:Int64}, 'UTC'))
ORDER BY accounted.day DESC, source
