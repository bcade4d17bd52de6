CREATE TABLE IF NOT EXISTS vigie.quarantine_rows
(
    quarantine_id String,
    received_at DateTime64(3, 'UTC'),
    group_id LowCardinality(String),
    source LowCardinality(String),
    step LowCardinality(String),
    reason LowCardinality(String),
    field LowCardinality(String),
    detail String,
    origin String,
    content String CODEC(ZSTD(3))
)
ENGINE = ReplacingMergeTree
ORDER BY (group_id, source, quarantine_id)
SETTINGS non_replicated_deduplication_window = 10000, fsync_after_insert = 1, fsync_part_directory = 1;

CREATE VIEW IF NOT EXISTS vigie.quarantine AS
SELECT *
FROM vigie.quarantine_rows
FINAL;
