-- Whom a sample points to, the likeliest first.
SELECT rank, actor_id, kind, first_time, last_time, matched, size, share, ln_bayes, support, length(alike) AS alike
FROM vigie.leak_findings FINAL
WHERE group_id = {group:String} AND leak_id = {leak:String}
ORDER BY rank
LIMIT 100
