-- Messages of cases that receivers have, the newest first: of some days, and of every case that was open in them.
SELECT endpoint AS receiver, change_id AS send_id
FROM vigie.notifications
WHERE outcome = 'delivered' AND kind != ''
    AND (
        at >= parseDateTime64BestEffort({since:String}, 3, 'UTC')
        OR incident_id IN (
            SELECT arrayJoin(incident_ids)
            FROM vigie.case_states FINAL
            WHERE joined_into = '' AND (status != 'resolved' OR resolved_at >= parseDateTime64BestEffort({since:String}, 3, 'UTC'))
        )
    )
ORDER BY at DESC, send_id, receiver
LIMIT {limit:UInt32}
