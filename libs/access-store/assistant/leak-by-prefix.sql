-- Samples of a group whose id begins so.
SELECT leak_id, period_from, period_to, given, known, touched, accounts, patients, verdict, unexplained, control_samples, control_named, asked_at
FROM vigie.leaks FINAL
WHERE group_id = {group:String} AND startsWith(leak_id, {prefix:String})
ORDER BY leak_id
LIMIT 11
