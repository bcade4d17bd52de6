-- Events that name no patient and say that they touched about as many records as the sample has, nearest first.
SELECT
    actor_id AS actorId,
    event_id AS eventId,
    time,
    action,
    assumeNotNull(record_count) AS records,
    count() OVER () AS found
FROM vigie.accesses
WHERE group_id = {group:String} AND patient_id = '' AND outcome != 'failure' AND record_count BETWEEN {least:UInt64} AND {most:UInt64}
    AND time >= fromUnixTimestamp64Milli({from:Int64}, 'UTC') AND time < fromUnixTimestamp64Milli({to:Int64}, 'UTC')
ORDER BY abs(toInt64(records) - {wanted:Int64}), time, event_id
LIMIT {limit:UInt32}
