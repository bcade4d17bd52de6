-- Samples that were compared, the newest first, with the account that each points to most; of one, where its id is given.
SELECT
    leak.leak_id AS leak_id, leak.group_id AS group_id, title, period_from, period_to, given, known, touched, accounts, verdict, unexplained,
    control_samples, control_named, asked_by, asked_at, best.actor_id AS best_actor, best.matched AS best_matched
FROM (SELECT * FROM vigie.leaks FINAL WHERE empty({leak:String}) OR leak_id = {leak:String}) AS leak
LEFT JOIN (SELECT group_id, leak_id, actor_id, matched FROM vigie.leak_findings FINAL WHERE rank = 1) AS best
    ON leak.group_id = best.group_id AND leak.leak_id = best.leak_id
ORDER BY asked_at DESC, leak_id
LIMIT {limit:UInt32}
