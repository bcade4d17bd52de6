-- Records that were sent again, changed.
SELECT source, left(event_id, 16) AS record, uniqExact(event_id) AS versions, groupUniqArray(actor_id) AS accounts, groupUniqArray(action) AS actions,
    groupUniqArray(outcome) AS outcomes, min(received_at) AS first_received, max(received_at) AS last_received
FROM vigie.accesses
WHERE group_id = {group:String}
GROUP BY source, record
HAVING versions > 1
ORDER BY last_received DESC
LIMIT 100
