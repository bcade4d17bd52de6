-- The incidents of these accounts that reach into the period; the largest where there are too many.
SELECT incident_id, actor_id, first_time, last_time
FROM vigie.incidents
WHERE group_id = {group:String} AND actor_id IN {actors:Array(String)} AND state NOT IN ('merged', 'withdrawn')
    AND first_time < fromUnixTimestamp64Milli({to:Int64}, 'UTC') AND last_time >= fromUnixTimestamp64Milli({from:Int64}, 'UTC')
ORDER BY patients DESC, incident_id
LIMIT {limit:UInt32}
