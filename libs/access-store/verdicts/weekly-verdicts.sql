-- The same by week: one row for each rule, week and verdict.
SELECT rule_id, toString(v.week) AS week, verdict, sum(v.cases) AS cases
FROM vigie.rule_verdicts AS v
WHERE v.week >= toDate({since:String}) AND (empty({group:String}) OR group_id = {group:String})
GROUP BY rule_id, week, verdict
ORDER BY week, rule_id, verdict
