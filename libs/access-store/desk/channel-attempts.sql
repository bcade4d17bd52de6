-- What became of attempts to tell each receiver since an instant: the newest word of each message counts, an attempt that was mended by a later one does not.
SELECT
    endpoint,
    countIf(last_outcome = 'delivered') AS delivered,
    countIf(last_outcome = 'failed') AS failed,
    countIf(last_outcome = 'refused') AS refused,
    countIf(last_outcome = 'expired') AS expired,
    countIf(last_outcome = 'muted') AS muted,
    countIf(last_outcome = 'superseded') AS superseded,
    sum(tries) AS attempts,
    argMax(last_outcome, last_at) AS newest_outcome,
    argMax(last_reason, last_at) AS newest_reason,
    max(last_at) AS newest_at,
    quantileExactIf(0.5)(delay, last_outcome = 'delivered') AS delay_seconds
FROM
(
    SELECT
        endpoint,
        argMax(outcome, attempt) AS last_outcome,
        argMax(reason, attempt) AS last_reason,
        argMax(delay_seconds, attempt) AS delay,
        max(at) AS last_at,
        count() AS tries
    FROM vigie.notifications
    WHERE at >= fromUnixTimestamp64Milli({from:Int64}, 'UTC')
    GROUP BY endpoint, incident_id, change_id
)
GROUP BY endpoint
ORDER BY endpoint
LIMIT {limit:UInt32}
