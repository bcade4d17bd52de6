-- Who looked at what, as it lies in the log. The same row twice is one; two rows of one number stay two, so that a check of the chain sees both.
CREATE TABLE IF NOT EXISTS vigie.audit_rows
(
    audit_id String,
    chain_id String,
    number UInt64,
    previous_sha256 String,
    `at` DateTime64(3, 'UTC'),
    `by` String,
    via LowCardinality(String),
    method LowCardinality(String),
    route LowCardinality(String),
    case_id String,
    rows UInt64,
    status UInt16,
    remote_address String,
    sha256 String
)
ENGINE = ReplacingMergeTree
ORDER BY (chain_id, number, sha256)
SETTINGS non_replicated_deduplication_window = 10000, fsync_after_insert = 1, fsync_part_directory = 1;

CREATE VIEW IF NOT EXISTS vigie.audit AS
SELECT *
FROM vigie.audit_rows
FINAL;
