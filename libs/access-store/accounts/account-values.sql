-- Where and with what an account works: events with each value, up to the last day and on it, by the clock of Paris; the most frequent of each kind.
SELECT
    kind,
    value,
    uniqExactIf(event_id, NOT on_last) AS events_before,
    uniqExactIf(event_id, on_last) AS events_last_day,
    min(time) AS first_time,
    max(time) AS last_time
FROM
(
    SELECT
        event_id,
        time,
        toDate(time, 'Europe/Paris') = {last_day:Date} AS on_last,
        kind_and_value.1 AS kind,
        kind_and_value.2 AS value
    FROM vigie.accesses
    ARRAY JOIN [('clinic', toString(clinic_id)), ('address', source_ip), ('application', application), ('device', device), ('program', user_agent)] AS kind_and_value
    WHERE group_id = {group:String} AND actor_id = {actor:String}
        AND time >= toDateTime64({first_day:Date}, 3, 'Europe/Paris') AND time < toDateTime64({last_day:Date} + 1, 3, 'Europe/Paris')
        AND (empty({clinics:Array(String)}) OR has({clinics:Array(String)}, clinic_id))
        AND value != ''
)
GROUP BY kind, value
ORDER BY kind, events_last_day > 0 DESC, events_before + events_last_day DESC, value
LIMIT {most:UInt32} BY kind
