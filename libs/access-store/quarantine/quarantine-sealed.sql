-- Rows with sealed bytes that were not replayed, in order of their ids, so that the next page goes on behind the last.
SELECT quarantine_id, received_at, group_id, source, reason, sealed
FROM vigie.quarantine_rows
FINAL
WHERE notEmpty(sealed)
    AND quarantine_id > {after:String}
    AND (empty({group:String}) OR group_id = {group:String})
    AND (empty({source:String}) OR source = {source:String})
    AND (empty({reason:String}) OR reason = {reason:String})
    AND received_at >= fromUnixTimestamp64Milli({since:Int64}, 'UTC')
    AND quarantine_id NOT IN (SELECT quarantine_id FROM vigie.quarantine_replays)
ORDER BY quarantine_id
LIMIT {max:UInt32}
