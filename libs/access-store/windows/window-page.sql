-- The accesses that a rule saw in one window, a page of them behind a place, in order of time: of the clinics that are named, of all where none is.
SELECT
    time,
    actor_id,
    clinic_id,
    action,
    patient_id,
    source_ip,
    application,
    session_id,
    event_id
FROM vigie.accesses
WHERE group_id = {group:String} AND {{subject}} = {actor:String}
    AND time > fromUnixTimestamp64Milli({from:Int64}, 'UTC') AND time <= fromUnixTimestamp64Milli({to:Int64}, 'UTC')
    AND (empty({clinics:Array(String)}) OR has({clinics:Array(String)}, clinic_id))
    AND (time, event_id, patient_id) > (fromUnixTimestamp64Milli({after_time:Int64}, 'UTC'), {after_event:String}, {after_patient:String})
    AND ({{selected}}
)
ORDER BY time, event_id, patient_id
LIMIT {limit:UInt32}
