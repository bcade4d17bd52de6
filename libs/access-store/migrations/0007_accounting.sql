-- Per source and day of receipt: what is stored and what was set aside.
CREATE VIEW IF NOT EXISTS vigie.accounting AS
SELECT
    source,
    day,
    sum(rows_here) AS rows,
    sum(events_here) AS events,
    sum(quarantined_here) AS quarantined
FROM
(
    SELECT source, toDate(received_at) AS day, count() AS rows_here, uniqExact(event_id) AS events_here, 0 AS quarantined_here
    FROM vigie.accesses
    GROUP BY source, day
    UNION ALL
    SELECT source, toDate(received_at) AS day, 0 AS rows_here, 0 AS events_here, count() AS quarantined_here
    FROM vigie.quarantine
    GROUP BY source, day
)
GROUP BY source, day;
