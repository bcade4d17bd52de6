-- Whom a sample points to, the likeliest first.
SELECT rank, actor_id, kind, ref, first_time, last_time, matched, size, share, support, alike
FROM vigie.leak_findings FINAL
WHERE leak_id = {leak:String}
ORDER BY rank
LIMIT {limit:UInt32}
