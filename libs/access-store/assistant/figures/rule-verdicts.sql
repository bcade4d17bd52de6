-- What people found of each rule.
SELECT
    rule_id,
    any(v.title) AS title,
    week,
    sum(v.cases) AS cases,
    sumIf(v.cases, verdict = 'true_positive') AS true_positive,
    sumIf(v.cases, verdict = 'authorised') AS authorised,
    sumIf(v.cases, verdict = 'false_positive') AS false_positive,
    sumIf(v.cases, verdict = '') AS open,
    quantileExactInclusiveArray(0.5)(v.patients_at_firing) AS median_patients_at_firing
FROM vigie.rule_verdicts AS v
GROUP BY rule_id, week
ORDER BY week DESC, cases DESC
