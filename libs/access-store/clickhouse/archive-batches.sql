-- Batches of a partition that were stored, from an offset on.
SELECT first_offset AS first, last_offset AS last, rows, refused, token
FROM vigie.archive_batches FINAL
WHERE topic = {topic:String} AND partition = {partition:UInt32} AND last_offset >= {from:UInt64}
ORDER BY first, last
LIMIT {max:UInt32}
