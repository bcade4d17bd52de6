-- What only the memory of the ingestors knows of an access, as it was stamped on the row. `id_block` comes with the rows and is kept nowhere: an
-- ephemeral column takes a value and has none.
ALTER TABLE vigie.access_rows ADD COLUMN IF NOT EXISTS care_link LowCardinality(String) AFTER extra;
ALTER TABLE vigie.access_rows ADD COLUMN IF NOT EXISTS own_clinic Nullable(Bool) AFTER care_link;
ALTER TABLE vigie.access_rows ADD COLUMN IF NOT EXISTS new_network Nullable(Bool) AFTER own_clinic;
ALTER TABLE vigie.access_rows ADD COLUMN IF NOT EXISTS house_network Nullable(Bool) AFTER new_network;
ALTER TABLE vigie.access_rows ADD COLUMN IF NOT EXISTS event_patients Nullable(UInt32) AFTER house_network;
ALTER TABLE vigie.access_rows ADD COLUMN IF NOT EXISTS id_block String EPHEMERAL '' AFTER event_patients;

CREATE OR REPLACE VIEW vigie.accesses AS
SELECT *
FROM vigie.access_rows
FINAL
SETTINGS do_not_merge_across_partitions_select_final = 1;
