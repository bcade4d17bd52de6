-- Which accesses a rule looks at, as an expression over the columns of `accesses`. Never deleted: old incidents name old selections.
CREATE TABLE IF NOT EXISTS vigie.selections
(
    selection_id String,
    expression String,
    registered_at DateTime64(3, 'UTC')
)
ENGINE = ReplacingMergeTree
ORDER BY selection_id
SETTINGS non_replicated_deduplication_window = 1000, fsync_after_insert = 1, fsync_part_directory = 1;
