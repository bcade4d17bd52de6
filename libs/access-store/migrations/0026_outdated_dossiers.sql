-- In how many patients the ledger differs from a frozen list, and whose accesses came in afterwards.
ALTER TABLE vigie.case_action_rows ADD COLUMN IF NOT EXISTS added Nullable(UInt64), ADD COLUMN IF NOT EXISTS removed Nullable(UInt64), ADD COLUMN IF NOT EXISTS changed Nullable(UInt64), ADD COLUMN IF NOT EXISTS late_clinics Array(String);

CREATE OR REPLACE VIEW vigie.case_actions AS
SELECT *
FROM vigie.case_action_rows
FINAL;
