-- What could not be read, as it came, encrypted to its group's key: whoever has the private key reads it again with `vigie quarantine replay`.
ALTER TABLE vigie.quarantine_rows ADD COLUMN IF NOT EXISTS sealed String CODEC(NONE);

-- What became of rows that were read again, by quarantine_id.
CREATE TABLE IF NOT EXISTS vigie.quarantine_replays
(
    group_id LowCardinality(String),
    source LowCardinality(String),
    quarantine_id String,
    replayed_at DateTime64(3, 'UTC'),
    events UInt32
)
ENGINE = ReplacingMergeTree(replayed_at)
ORDER BY (group_id, source, quarantine_id)
SETTINGS non_replicated_deduplication_window = 10000, fsync_after_insert = 1, fsync_part_directory = 1;

-- Sealed bytes are read from the table alone, by who replays them.
CREATE OR REPLACE VIEW vigie.quarantine AS
SELECT * EXCEPT (sealed)
FROM vigie.quarantine_rows
FINAL;
