-- Each source of the last day beside its own habit: the mean of the same hour of the same weekday in the four weeks before. By the time of receipt, as feeds are watched; only months that can hold such rows are read.
WITH
    fromUnixTimestamp64Milli({now:Int64}, 'UTC') AS now_at,
    toUInt32(dateDiff('second', received_at, now_at)) AS age
SELECT
    group_id,
    source,
    maxIf(time, age < 86400) AS last_time,
    maxIf(received_at, age < 86400) AS last_received,
    uniqExactIf(event_id, age < 3600) AS events_hour,
    uniqExactIf(event_id, age < 86400) AS events_day,
    uniqExactIf(event_id, age >= 86400) / 4 AS habit_hour,
    uniqExactIf(event_id, age < 86400 AND patient_id = '') AS without_patient,
    uniqExactIf(event_id, age < 86400 AND actor_kind IN ('service', 'vendor')) AS without_human,
    uniqExactIf(event_id, age < 86400 AND time_claimed IS NOT NULL) AS dated_ahead,
    countIf(age < 86400) AS rows_day,
    countIf(age < 86400 AND actor_role != '') AS with_role,
    countIf(age < 86400 AND session_id != '') AS with_session,
    countIf(age < 86400 AND source_ip != '') AS with_address,
    countIf(age < 86400 AND outcome != 'unknown') AS with_outcome,
    countIf(age < 86400 AND patient_id != '') AS with_patient,
    countIf(age < 86400 AND patient_id != '' AND care_link = '') AS without_link,
    countIf(age < 86400 AND care_link IN ('none', 'single')) AS strangers,
    uniqIf(source_ip, age < 86400 AND source_ip != '') AS addresses,
    uniqIf(actor_id, age < 86400 AND source_ip != '') AS accounts,
    ifNotFinite(quantileExactIf(0.5)(dateDiff('millisecond', time, received_at), age < 86400) / 1000, 0) AS delay_seconds
FROM vigie.accesses
WHERE received_at <= now_at
    AND time >= now_at - INTERVAL 62 DAY
    AND (age < 86400 OR (age < 4 * 604800 + 3600 AND age % 604800 < 3600))
    AND (empty({group:String}) OR group_id = {group:String})
GROUP BY group_id, source
ORDER BY group_id, source
