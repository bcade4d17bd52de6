-- Changes of incidents that a receiver has, the oldest first: of the newest so many since an instant of the wall clock.
SELECT change_id
FROM
(
    SELECT change_id, at
    FROM vigie.notifications
    WHERE outcome = 'delivered' AND kind = '' AND endpoint = {endpoint:String} AND at >= parseDateTime64BestEffort({since:String}, 3, 'UTC')
    ORDER BY at DESC, change_id
    LIMIT {limit:UInt32}
)
ORDER BY at, change_id
