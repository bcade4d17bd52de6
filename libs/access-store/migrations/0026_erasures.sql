-- What was erased, held and left, and why: one row for each erasure, which the law asks for longer than what went. Whose it was is a digest alone:
-- `subject_sha256` is that of the pseudonym, of the account's name, or of the group's. Read with FINAL: an erasure that is not done yet says so.
CREATE TABLE IF NOT EXISTS vigie.erasures
(
    erasure_id String,
    group_id LowCardinality(String),
    kind LowCardinality(String),
    subject_sha256 String,
    reason String,
    `by` String,
    state LowCardinality(String),
    begun_at DateTime64(3, 'UTC'),
    ended_at Nullable(DateTime64(3, 'UTC')),
    -- Rows that went, by table.
    taken Map(String, UInt64),
    -- Accesses that stay as evidence, by case.
    held Map(String, UInt64),
    -- Rows of the subject that stay, by table.
    kept Map(String, UInt64),
    -- Of incidents whose lists lost somebody: the figure that stood there, and the patients in the list before and after.
    listed Array(Tuple(incident_id String, figure UInt64, before UInt64, after UInt64)),
    updated_at DateTime64(3, 'UTC')
)
ENGINE = ReplacingMergeTree(updated_at)
ORDER BY (group_id, erasure_id)
SETTINGS non_replicated_deduplication_window = 1000, fsync_after_insert = 1, fsync_part_directory = 1;
