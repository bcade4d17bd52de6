-- What became of each run of `vigie leakcheck`: the places in which an invented identifier was found, never the identifier.
CREATE TABLE IF NOT EXISTS vigie.leakchecks
(
    run String,
    at DateTime64(3, 'UTC'),
    identifiers UInt32,
    places Array(String)
)
ENGINE = MergeTree
ORDER BY at
SETTINGS non_replicated_deduplication_window = 1000, fsync_after_insert = 1, fsync_part_directory = 1;
