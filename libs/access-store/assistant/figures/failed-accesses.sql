-- Failed accesses.
SELECT actor_id, uniqExactIf(event_id, outcome = 'failure') AS failures, uniqExact(event_id) AS events, round(failures / events, 3) AS share
FROM vigie.accesses
GROUP BY actor_id
HAVING failures > 0
ORDER BY failures DESC
LIMIT 50
