-- What each exception kept quiet since an instant: matches that are no incident, accounts, and the most patients of one of them.
SELECT
    arrayJoin(suppressed_by) AS exception_id,
    count() AS matches,
    uniqExact(group_id, actor_id) AS accounts,
    max(patients) AS most_patients,
    max(last_time) AS last_at
FROM vigie.suppressed_matches
WHERE last_time >= fromUnixTimestamp64Milli({from:Int64}, 'UTC')
GROUP BY exception_id
ORDER BY exception_id
LIMIT {limit:UInt32}
