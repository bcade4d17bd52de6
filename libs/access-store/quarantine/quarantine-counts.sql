-- What is in the quarantine by group, source and reason: open, of that with sealed bytes, and replayed; the newest as a sample.
SELECT
    group_id,
    source,
    reason,
    countIf(replays.quarantine_id = '') AS open,
    countIf(replays.quarantine_id = '' AND notEmpty(rows.sealed)) AS sealed,
    countIf(replays.quarantine_id != '') AS replayed,
    max(received_at) AS newest,
    argMax(rows.detail, received_at) AS detail,
    argMax(rows.content, received_at) AS sample
FROM
(
    SELECT group_id, source, reason, quarantine_id, received_at, detail, content, sealed
    FROM vigie.quarantine_rows
    FINAL
    WHERE step != 'account'
        AND (empty({group:String}) OR group_id = {group:String})
        AND (empty({source:String}) OR source = {source:String})
        AND (empty({reason:String}) OR reason = {reason:String})
        AND received_at >= fromUnixTimestamp64Milli({since:Int64}, 'UTC')
) AS rows
LEFT JOIN (SELECT DISTINCT quarantine_id FROM vigie.quarantine_replays) AS replays ON replays.quarantine_id = rows.quarantine_id
GROUP BY group_id, source, reason
ORDER BY group_id, source, reason
