-- The ledger of the archiver: which frames of the log lie in which insert.
CREATE TABLE IF NOT EXISTS vigie.archive_batches
(
    topic LowCardinality(String),
    partition UInt32,
    first_offset UInt64,
    last_offset UInt64,
    rows UInt64,
    refused UInt64,
    token String,
    stored_at DateTime64(3, 'UTC')
)
ENGINE = ReplacingMergeTree
ORDER BY (topic, partition, first_offset, last_offset, token)
SETTINGS non_replicated_deduplication_window = 10000, fsync_after_insert = 1, fsync_part_directory = 1;
