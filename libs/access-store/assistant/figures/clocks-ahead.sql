-- Clocks that run ahead.
SELECT source, actor_id, device, count() AS accesses, max(time_claimed - time) AS most_seconds_ahead, min(time) AS first, max(time) AS last
FROM vigie.accesses
WHERE group_id = {group:String} AND time_claimed IS NOT NULL
GROUP BY source, actor_id, device
ORDER BY last DESC
LIMIT 100
