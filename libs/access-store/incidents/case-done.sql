-- What people did with some cases, in the order of time.
SELECT *
FROM vigie.case_actions
WHERE case_id IN {incidents:Array(String)}
ORDER BY `at`, action_id
