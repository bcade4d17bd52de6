-- Per group, source and day of receipt: what is stored and what was set aside. Two groups may call a source the same.
CREATE OR REPLACE VIEW vigie.accounting AS
SELECT
    group_id,
    source,
    day,
    sum(rows_here) AS rows,
    sum(events_here) AS events,
    sum(quarantined_here) AS quarantined
FROM
(
    SELECT group_id, source, toDate(received_at) AS day, count() AS rows_here, uniqExact(event_id) AS events_here, 0 AS quarantined_here
    FROM vigie.accesses
    GROUP BY group_id, source, day
    UNION ALL
    SELECT group_id, source, toDate(received_at) AS day, 0 AS rows_here, 0 AS events_here, count() AS quarantined_here
    FROM vigie.quarantine
    GROUP BY group_id, source, day
)
GROUP BY group_id, source, day;
