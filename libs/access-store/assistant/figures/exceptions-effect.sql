-- What exceptions kept quiet.
SELECT
    arrayJoin(suppressed_by) AS exception,
    count() AS matches,
    uniqExact(group_id, actor_id) AS accounts,
    max(patients) AS most_patients,
    groupUniqArrayArray(rules) AS rules,
    max(last_time) AS last
FROM vigie.suppressed_matches
GROUP BY exception
ORDER BY matches DESC
