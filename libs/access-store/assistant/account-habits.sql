-- Where and when an account worked, by the clock of Paris: events of each clinic and of each hour of the day.
SELECT
    kind,
    value,
    uniqExact(event_id) AS events
FROM
(
    SELECT event_id, kind_and_value.1 AS kind, kind_and_value.2 AS value
    FROM vigie.accesses
    ARRAY JOIN [('clinic', toString(clinic_id)), ('hour', toString(toHour(time, 'Europe/Paris')))] AS kind_and_value
    WHERE group_id = {group:String} AND actor_id = {actor:String}
        AND time > fromUnixTimestamp64Milli({from:Int64}, 'UTC') AND time <= fromUnixTimestamp64Milli({to:Int64}, 'UTC')
        AND (empty({clinics:Array(String)}) OR has({clinics:Array(String)}, clinic_id))
)
GROUP BY kind, value
ORDER BY kind, events DESC, value
