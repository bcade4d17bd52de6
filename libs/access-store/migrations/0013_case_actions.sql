-- What people did with cases, as it lies in the log: a column for each word of an action, empty where it has none. The same action twice is one.
CREATE TABLE IF NOT EXISTS vigie.case_action_rows
(
    action_id String,
    case_id String,
    group_id LowCardinality(String),
    actor_id String,
    type LowCardinality(String),
    `by` String,
    via LowCardinality(String),
    `at` DateTime64(3, 'UTC'),
    seen_version UInt64,
    seen_incidents Array(Tuple(incident_id String, version UInt64)),
    owner String,
    note_id String,
    text String,
    verdict LowCardinality(String),
    reason String,
    not_qualified_reason String,
    until Nullable(DateTime64(3, 'UTC')),
    incident_ids Array(String),
    incident_id String,
    level LowCardinality(String),
    kind LowCardinality(String),
    taken_at Nullable(DateTime64(3, 'UTC')),
    controller_id String,
    informed_at Nullable(DateTime64(3, 'UTC')),
    by_whom String,
    is_breach Nullable(Bool),
    aware_at Nullable(DateTime64(3, 'UTC')),
    risk LowCardinality(String),
    snapshot_id String,
    number Nullable(UInt64),
    list_sha256 String,
    manifest_sha256 String,
    patients Nullable(UInt64),
    exposed Nullable(UInt64),
    authority LowCardinality(String),
    phase LowCardinality(String),
    sent_at Nullable(DateTime64(3, 'UTC')),
    reference String,
    delay_reason String,
    mode LowCardinality(String),
    count Nullable(UInt64),
    first_at Nullable(DateTime64(3, 'UTC')),
    last_at Nullable(DateTime64(3, 'UTC')),
    not_informed_reason String,
    pseudonyms Nullable(UInt64),
    matched Nullable(UInt64),
    unmatched Nullable(UInt64),
    persons Nullable(UInt64),
    deceased Nullable(UInt64),
    minors Nullable(UInt64)
)
ENGINE = ReplacingMergeTree
ORDER BY (group_id, case_id, action_id)
SETTINGS non_replicated_deduplication_window = 10000, fsync_after_insert = 1, fsync_part_directory = 1;

CREATE VIEW IF NOT EXISTS vigie.case_actions AS
SELECT *
FROM vigie.case_action_rows
FINAL;
