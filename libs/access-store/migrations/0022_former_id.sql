-- The pseudonym of an access's patient under the key before, where keys overlap: lists show the newest of a patient's pseudonyms. Hardly any part
-- has one, so that the index lets all others be passed over.
ALTER TABLE vigie.access_rows ADD COLUMN IF NOT EXISTS former_id String CODEC(ZSTD(1)) AFTER key_id;
ALTER TABLE vigie.access_rows ADD INDEX IF NOT EXISTS former_id_index former_id TYPE minmax GRANULARITY 16;

CREATE OR REPLACE VIEW vigie.accesses AS
SELECT *
FROM vigie.access_rows
FINAL
SETTINGS do_not_merge_across_partitions_select_final = 1;
