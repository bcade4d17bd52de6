-- What a rule saw in one window of an account or another subject: `(from, to]`, like the windows of the scorer, and of it what its selection selects.
SELECT
    time,
    actor_id,
    clinic_id,
    action,
    patient_id,
    source_ip,
    application,
    session_id,
    event_id,
    count() OVER () AS matching
FROM vigie.accesses
WHERE group_id = {group:String} AND {{subject}} = {actor:String}
    AND time > fromUnixTimestamp64Milli({from:Int64}, 'UTC') AND time <= fromUnixTimestamp64Milli({to:Int64}, 'UTC')
    AND ({{selected}}
)
ORDER BY time, event_id, patient_id
LIMIT {limit:UInt32}
