-- What ingestors answered for good, per source and minute of arrival, as they counted it: rows of the quarantine's topic with the step `account`,
-- which are no records that were set aside.
CREATE OR REPLACE VIEW vigie.quarantine AS
SELECT * EXCEPT (sealed)
FROM vigie.quarantine_rows
FINAL
WHERE step != 'account';

CREATE OR REPLACE VIEW vigie.received AS
SELECT
    group_id,
    source,
    received_at AS minute,
    sum(JSONExtractUInt(content, 'received')) AS received,
    sum(JSONExtractUInt(content, 'accepted')) AS accepted,
    sum(JSONExtractUInt(content, 'quarantined')) AS quarantined,
    sum(JSONExtractUInt(content, 'refused')) AS refused,
    sumMap(JSONExtract(content, 'reasons', 'Map(String, UInt64)')) AS refused_by_reason
FROM vigie.quarantine_rows
FINAL
WHERE step = 'account'
GROUP BY group_id, source, minute;

-- Per group, source and day of receipt: what is stored and what was set aside, beside what ingestors say of the same day.
CREATE OR REPLACE VIEW vigie.accounting AS
SELECT
    group_id,
    source,
    day,
    sum(rows_here) AS rows,
    sum(events_here) AS events,
    sum(quarantined_here) AS quarantined,
    sum(received_here) AS received,
    sum(refused_here) AS refused
FROM
(
    SELECT
        group_id, source, toDate(received_at) AS day, count() AS rows_here, uniqExact(event_id) AS events_here,
        0 AS quarantined_here, 0 AS received_here, 0 AS refused_here
    FROM vigie.accesses
    GROUP BY group_id, source, day
    UNION ALL
    SELECT group_id, source, toDate(received_at) AS day, 0, 0, count(), 0, 0
    FROM vigie.quarantine
    GROUP BY group_id, source, day
    UNION ALL
    SELECT group_id, source, toDate(minute) AS day, 0, 0, 0, sum(received), sum(refused)
    FROM vigie.received
    GROUP BY group_id, source, day
)
GROUP BY group_id, source, day;
