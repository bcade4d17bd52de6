-- Each rule that a case names, over the weeks from a Monday on. The median is over cases, whatever their week and verdict.
SELECT
    rule_id,
    argMax(v.title, week) AS title,
    sum(v.cases) AS cases,
    sumIf(v.cases, verdict = 'true_positive') AS true_positive,
    sumIf(v.cases, verdict = 'authorised') AS authorised,
    sumIf(v.cases, verdict = 'false_positive') AS false_positive,
    sumIf(v.cases, verdict = '') AS open,
    ifNotFinite(quantileExactInclusiveArray(0.5)(v.patients_at_firing), 0) AS patients_at_firing,
    -- Of a rule whose cases nobody has judged there is none.
    ifNull(argMaxIf(verdict, v.last_judged_at, verdict != ''), '') AS last_verdict,
    max(v.last_judged_at) AS last_judged_at
FROM vigie.rule_verdicts AS v
WHERE week >= toDate({since:String}) AND (empty({group:String}) OR group_id = {group:String})
GROUP BY rule_id
ORDER BY cases DESC, rule_id
