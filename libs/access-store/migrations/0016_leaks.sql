-- Samples of patients that somebody found where they must not be, and which accounts they point to: `vigie attribute`. Rows are inserted and
-- never changed.
CREATE TABLE IF NOT EXISTS vigie.leaks
(
    leak_id String,
    group_id LowCardinality(String),
    title String,
    period_from DateTime64(3, 'UTC'),
    period_to DateTime64(3, 'UTC'),
    given UInt32,
    known UInt32,
    touched UInt32,
    accounts UInt32,
    patients UInt64,
    verdict LowCardinality(String),
    unexplained Float64,
    control_samples UInt32,
    control_named UInt32,
    asked_by String,
    asked_at DateTime64(3, 'UTC')
)
ENGINE = ReplacingMergeTree
ORDER BY (group_id, leak_id)
SETTINGS non_replicated_deduplication_window = 1000, fsync_after_insert = 1, fsync_part_directory = 1;

-- Pseudonyms of a sample, so that its questions need not carry them. They are no finding, and whoever asked has the file: they go by
-- themselves a day after they were asked with.
CREATE TABLE IF NOT EXISTS vigie.leak_samples
(
    leak_id String,
    group_id LowCardinality(String),
    patient_id String,
    asked_at DateTime64(3, 'UTC')
)
ENGINE = ReplacingMergeTree
ORDER BY (group_id, leak_id, patient_id)
TTL toDateTime(asked_at) + INTERVAL 1 DAY
SETTINGS non_replicated_deduplication_window = 1000, fsync_after_insert = 1, fsync_part_directory = 1;

-- Accounts that were named, and the days, incidents and exports at which they took it, by `kind`. `ref` is the day, the incident, the event.
CREATE TABLE IF NOT EXISTS vigie.leak_findings
(
    leak_id String,
    group_id LowCardinality(String),
    rank UInt32,
    actor_id String,
    kind LowCardinality(String),
    ref String,
    first_time DateTime64(3, 'UTC'),
    last_time DateTime64(3, 'UTC'),
    matched UInt32,
    size UInt64,
    share Float64,
    ln_bayes Float64,
    support LowCardinality(String),
    alike Array(String),
    asked_at DateTime64(3, 'UTC')
)
ENGINE = ReplacingMergeTree
ORDER BY (group_id, leak_id, rank)
SETTINGS non_replicated_deduplication_window = 1000, fsync_after_insert = 1, fsync_part_directory = 1;
