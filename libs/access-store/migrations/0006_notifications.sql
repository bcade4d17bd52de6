-- What became of each attempt to deliver a change to a receiver.
CREATE TABLE IF NOT EXISTS vigie.notification_attempts
(
    change_id String,
    incident_id String,
    change_type LowCardinality(String),
    endpoint LowCardinality(String),
    attempt UInt32,
    outcome LowCardinality(String),
    status UInt16,
    reason String,
    at DateTime64(3, 'UTC'),
    delay_seconds Float64
)
ENGINE = ReplacingMergeTree
ORDER BY (incident_id, change_id, endpoint, attempt)
SETTINGS non_replicated_deduplication_window = 10000, fsync_after_insert = 1, fsync_part_directory = 1;

CREATE VIEW IF NOT EXISTS vigie.notifications AS
SELECT *
FROM vigie.notification_attempts
FINAL;
