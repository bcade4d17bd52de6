-- What a rule saw in one window of an account or another subject, `(from, to]`, in figures: of the clinics that are named, of all where none is.
SELECT
    count() AS accesses,
    uniqExact(event_id) AS events,
    uniqExactIf(patient_id, patient_id != '') AS patients,
    uniqExact(clinic_id) AS clinics,
    uniqExactIf(source_ip, source_ip != '') AS addresses,
    uniqExactIf(session_id, session_id != '') AS sessions,
    sumMap(map(toString(action), toUInt64(1))) AS actions
FROM vigie.accesses
WHERE group_id = {group:String} AND {{subject}} = {actor:String}
    AND time > fromUnixTimestamp64Milli({from:Int64}, 'UTC') AND time <= fromUnixTimestamp64Milli({to:Int64}, 'UTC')
    AND (empty({clinics:Array(String)}) OR has({clinics:Array(String)}, clinic_id))
    AND ({{selected}}
)
