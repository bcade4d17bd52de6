-- Accounts with incidents that their sources call programs, or that work in every hour of the day on several days, as people do not. Those that
-- the list of service accounts has are known: what they still fire is for rules that watch programs.
SELECT
    fired.group_id AS group_id,
    fired.actor_id AS actor_id,
    toUInt32(any(fired.incidents)) AS incidents,
    if(countIf(a.actor_kind = 'service') > 0, 'its source calls it a program', 'it works in every hour of the day') AS why
FROM
(
    SELECT group_id, actor_id, count() AS incidents
    FROM vigie.incidents
    WHERE state NOT IN ('merged', 'withdrawn') AND last_time > fromUnixTimestamp64Milli({now_ms:Int64}) - INTERVAL 30 DAY
    GROUP BY group_id, actor_id
) AS fired
INNER JOIN
(
    SELECT group_id, actor_id, actor_kind, time
    FROM vigie.access_rows
    WHERE time > fromUnixTimestamp64Milli({now_ms:Int64}) - INTERVAL 30 DAY
        AND (group_id, actor_id) IN
        (
            SELECT group_id, actor_id
            FROM vigie.incidents
            WHERE last_time > fromUnixTimestamp64Milli({now_ms:Int64}) - INTERVAL 30 DAY
        )
) AS a ON a.group_id = fired.group_id AND a.actor_id = fired.actor_id
WHERE fired.actor_id NOT IN
(
    SELECT value
    FROM vigie.lists
    FINAL
    WHERE list_name = 'service_accounts' AND removed = 0
)
GROUP BY group_id, actor_id
HAVING countIf(a.actor_kind = 'service') > 0 OR (uniqExact(toHour(a.time)) = 24 AND uniqExact(toDate(a.time)) >= 3)
ORDER BY incidents DESC, group_id, actor_id
LIMIT 50
