-- What of each source was set aside within the last day, by reason.
SELECT group_id, source, reason, count() AS records
FROM vigie.quarantine
WHERE received_at > fromUnixTimestamp64Milli({now:Int64}, 'UTC') - INTERVAL 1 DAY
    AND (empty({group:String}) OR group_id = {group:String})
GROUP BY group_id, source, reason
ORDER BY group_id, source, records DESC, reason
