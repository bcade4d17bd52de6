-- The event time that a source gave where it lay too far ahead of the arrival: such accesses count as of their arrival.
ALTER TABLE vigie.access_rows ADD COLUMN IF NOT EXISTS time_claimed Nullable(DateTime64(3, 'UTC'));

CREATE OR REPLACE VIEW vigie.accesses AS
SELECT *
FROM vigie.access_rows
FINAL
SETTINGS do_not_merge_across_partitions_select_final = 1;
