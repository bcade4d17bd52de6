-- Users, roles and rights on a real server. Run once by an administrator, after `vigie migrate`, with clickhouse-client --multiquery.
-- Passwords are given here as hashes to be replaced: SHA-256 in hexadecimal, `echo -n 'the password' | sha256sum`.
-- Users defined here need a replicated access storage on a cluster, see replicated.md.

-- The limits of a person: what the embedded server imposes on everybody.
CREATE SETTINGS PROFILE IF NOT EXISTS vigie_analyst SETTINGS readonly = 2, max_execution_time = 300 MIN 1 MAX 300, max_memory_usage = 2147483648 MIN 1 MAX 2147483648, max_result_bytes = 1073741824 MIN 1 MAX 1073741824;

-- The limits of the services: an insert is stored when it is answered, and refuses what it does not know.
CREATE SETTINGS PROFILE IF NOT EXISTS vigie_writer SETTINGS async_insert = 0 CONST, input_format_skip_unknown_fields = 0 CONST, input_format_null_as_default = 0 CONST;

CREATE QUOTA IF NOT EXISTS vigie_analyst KEYED BY user_name FOR INTERVAL 1 HOUR MAX queries = 2000, read_rows = 20000000000;

-- The archiver and the notifier insert, and read back what they must compare. They can neither change nor delete a row.
CREATE ROLE IF NOT EXISTS vigie_writer;

GRANT INSERT ON vigie.access_rows TO vigie_writer;

GRANT INSERT ON vigie.incident_states TO vigie_writer;

GRANT INSERT ON vigie.quarantine_rows TO vigie_writer;

GRANT INSERT ON vigie.notification_attempts TO vigie_writer;

GRANT INSERT ON vigie.archive_batches TO vigie_writer;

GRANT SELECT ON vigie.archive_batches TO vigie_writer;

GRANT SELECT(event_id) ON vigie.access_rows TO vigie_writer;

GRANT SELECT(change_id) ON vigie.incident_states TO vigie_writer;

GRANT SELECT(quarantine_id) ON vigie.quarantine_rows TO vigie_writer;

-- The archiver makes the rules' selections known: one table and two views. It reads the lists that rules name, and the scorer the history.
CREATE ROLE IF NOT EXISTS vigie_rules;

GRANT SELECT ON vigie.* TO vigie_rules;

GRANT INSERT ON vigie.selections TO vigie_rules;

GRANT CREATE VIEW, DROP VIEW ON vigie.incident_patients TO vigie_rules;
GRANT CREATE VIEW, DROP VIEW ON vigie.incident_patients_of TO vigie_rules;

-- Whoever keeps the lists of the rules, the register of clinics and the canary patients: `vigie lists`, `vigie clinics`, `vigie canary`.
CREATE ROLE IF NOT EXISTS vigie_lists;

GRANT SELECT, INSERT ON vigie.lists TO vigie_lists;

GRANT SELECT, INSERT ON vigie.clinics TO vigie_lists;

-- Whoever runs `vigie migrate`.
CREATE ROLE IF NOT EXISTS vigie_owner;

GRANT CREATE, ALTER, DROP, SELECT, INSERT ON vigie.* TO vigie_owner;

-- People and dashboards.
CREATE ROLE IF NOT EXISTS vigie_analyst;

GRANT SELECT ON vigie.* TO vigie_analyst;

CREATE USER IF NOT EXISTS vigie_archiver IDENTIFIED WITH sha256_hash BY '0000000000000000000000000000000000000000000000000000000000000000' DEFAULT ROLE vigie_writer, vigie_rules SETTINGS PROFILE 'vigie_writer';

CREATE USER IF NOT EXISTS vigie_scorer IDENTIFIED WITH sha256_hash BY '0000000000000000000000000000000000000000000000000000000000000000' DEFAULT ROLE vigie_rules;

CREATE USER IF NOT EXISTS vigie_grafana IDENTIFIED WITH sha256_hash BY '0000000000000000000000000000000000000000000000000000000000000000' DEFAULT ROLE vigie_analyst SETTINGS PROFILE 'vigie_analyst';

-- One hospital group sees its own rows and no other, whatever it asks: for each group a role, a user and a policy on each table that
-- has rows of groups. Policies on the tables hold behind the views too.
-- The first, permissive policy lets everybody see; the RESTRICTIVE one takes away what is not the group's.
CREATE ROW POLICY IF NOT EXISTS vigie_all ON vigie.access_rows USING 1 TO ALL;

CREATE ROW POLICY IF NOT EXISTS vigie_all ON vigie.incident_states USING 1 TO ALL;

CREATE ROW POLICY IF NOT EXISTS vigie_all ON vigie.quarantine_rows USING 1 TO ALL;

CREATE ROW POLICY IF NOT EXISTS vigie_all ON vigie.lists USING 1 TO ALL;

CREATE ROW POLICY IF NOT EXISTS vigie_all ON vigie.clinics USING 1 TO ALL;

CREATE ROLE IF NOT EXISTS vigie_group_helix;

GRANT vigie_analyst TO vigie_group_helix;

CREATE ROW POLICY IF NOT EXISTS vigie_group_helix ON vigie.access_rows AS RESTRICTIVE USING group_id = 'helix' TO vigie_group_helix;

CREATE ROW POLICY IF NOT EXISTS vigie_group_helix ON vigie.incident_states AS RESTRICTIVE USING group_id = 'helix' TO vigie_group_helix;

CREATE ROW POLICY IF NOT EXISTS vigie_group_helix ON vigie.quarantine_rows AS RESTRICTIVE USING group_id = 'helix' TO vigie_group_helix;

CREATE ROW POLICY IF NOT EXISTS vigie_group_helix ON vigie.lists AS RESTRICTIVE USING group_id IN ('', 'helix') TO vigie_group_helix;

CREATE ROW POLICY IF NOT EXISTS vigie_group_helix ON vigie.clinics AS RESTRICTIVE USING group_id = 'helix' TO vigie_group_helix;

CREATE ROW POLICY IF NOT EXISTS vigie_group_helix ON vigie.notification_attempts AS RESTRICTIVE USING incident_id IN (SELECT incident_id FROM vigie.incident_states WHERE group_id = 'helix') TO vigie_group_helix;

CREATE ROW POLICY IF NOT EXISTS vigie_all ON vigie.notification_attempts USING 1 TO ALL;

CREATE USER IF NOT EXISTS helix_analyst IDENTIFIED WITH sha256_hash BY '0000000000000000000000000000000000000000000000000000000000000000' DEFAULT ROLE vigie_group_helix SETTINGS PROFILE 'vigie_analyst';
