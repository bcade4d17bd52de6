-- One event times one patient, as the frames bring it. `String` columns are empty where the source said nothing; `Nullable` is kept
-- for the figures and flags whose absence is not the same as zero or false.
-- `LowCardinality` costs the parser more than the text itself, so it stands only where queries group and filter most.
-- A row is told apart by all of the sorting key: the same record of a source always has the same.
CREATE TABLE IF NOT EXISTS vigie.access_rows
(
    time DateTime64(3, 'UTC') CODEC(Delta(8), LZ4),
    group_id LowCardinality(String),
    actor_id String,
    patient_id String CODEC(ZSTD(1)),
    clinic_id LowCardinality(String),
    action LowCardinality(String),
    outcome LowCardinality(String),
    event_id String CODEC(ZSTD(1)),
    source LowCardinality(String),
    received_at DateTime64(3, 'UTC') CODEC(Delta(8), LZ4),
    actor_role String,
    actor_kind String,
    privileged Nullable(Bool),
    record_count Nullable(UInt64),
    categories Array(LowCardinality(String)),
    purpose String,
    emergency Nullable(Bool),
    source_ip String,
    device String,
    user_agent String,
    session_id String,
    auth String,
    mfa Nullable(Bool),
    application String,
    key_id String,
    extra String CODEC(ZSTD(1)),
    -- For questions by id, which the sorting key does not answer: the reconciler looks for a few of what it stored.
    INDEX event_id_index event_id TYPE bloom_filter(0.001) GRANULARITY 16
)
ENGINE = ReplacingMergeTree
PARTITION BY toYYYYMM(time)
-- The index holds the first three in memory. Small granules and compact parts, because most questions are about one account and read
-- one granule of every part; what an insert or a small merge brings is compact, from 128 MiB on a part has a file for each column.
PRIMARY KEY (group_id, actor_id, time)
ORDER BY (group_id, actor_id, time, event_id, patient_id)
SETTINGS
    index_granularity = 512,
    min_bytes_for_wide_part = 134217728,
    non_replicated_deduplication_window = 10000,
    fsync_after_insert = 1,
    fsync_part_directory = 1;

-- What people read: never a duplicate, merged or not. The partition follows from the sorting key, so each is finished by itself.
CREATE VIEW IF NOT EXISTS vigie.accesses AS
SELECT *
FROM vigie.access_rows
FINAL
SETTINGS do_not_merge_across_partitions_select_final = 1;
