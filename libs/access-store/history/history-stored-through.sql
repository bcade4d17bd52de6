-- The end of the stretch of the log without a hole that begins at `from`, or at the first entry where `from` is -1: the oldest frames may
-- be gone from the log, or have been stored before the ledger was kept.
SELECT if(countIf(first_offset > before + 1) > 0, minIf(before, first_offset > before + 1), max(greatest(before, last_offset))) AS through
FROM
(
    SELECT
        toInt64(first_offset) AS first_offset,
        toInt64(last_offset) AS last_offset,
        greatest(
            if({from:Int64} < 0, min(toInt64(first_offset)) OVER () - 1, {from:Int64} - 1),
            ifNull(maxOrNull(toInt64(last_offset)) OVER (ORDER BY first_offset, last_offset ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), -1)
        ) AS before
    FROM vigie.archive_batches FINAL
    WHERE topic = {topic:String} AND partition = {partition:UInt32} AND toInt64(last_offset) >= {from:Int64}
)
HAVING count() > 0
FORMAT JSONEachRow
