-- Users, roles and rights on a real server, for an administrator with clickhouse-client --queries-file; before `vigie migrate`, which runs as one
-- of these users. `node deploy/secrets.mjs` makes a copy of it, `clickhouse_access.sql`, with the group's name and the hashes of the passwords that it
-- made besides; by hand they are SHA-256 in hexadecimal, `echo -n 'the password' | sha256sum`. What is there already stays as it is.
-- Users defined here need a replicated access storage on a cluster, see replicated.md.

-- The limits of a person: what the embedded server imposes on everybody.
CREATE SETTINGS PROFILE IF NOT EXISTS vigie_analyst SETTINGS readonly = 2, max_execution_time = 300 MIN 1 MAX 300, max_memory_usage = 2147483648 MIN 1 MAX 2147483648, max_result_bytes = 1073741824 MIN 1 MAX 1073741824;

-- The same for a data-protection officer, who also freezes lists: each insert is stored when it is answered.
CREATE SETTINGS PROFILE IF NOT EXISTS vigie_dpo SETTINGS async_insert = 0 CONST, input_format_skip_unknown_fields = 0 CONST, max_execution_time = 300 MIN 1 MAX 300, max_memory_usage = 2147483648 MIN 1 MAX 2147483648, max_result_bytes = 1073741824 MIN 1 MAX 1073741824;

-- The limits of the services: an insert is stored when it is answered, and refuses what it does not know.
CREATE SETTINGS PROFILE IF NOT EXISTS vigie_writer SETTINGS async_insert = 0 CONST, input_format_skip_unknown_fields = 0 CONST, input_format_null_as_default = 0 CONST;

-- The archiver inserts, and reads back what it must compare. It can neither change nor delete a row.
CREATE ROLE IF NOT EXISTS vigie_writer;

GRANT INSERT ON vigie.access_rows TO vigie_writer;

GRANT INSERT ON vigie.incident_states TO vigie_writer;

GRANT INSERT ON vigie.quarantine_rows TO vigie_writer;

GRANT INSERT ON vigie.case_action_rows TO vigie_writer;

GRANT INSERT ON vigie.audit_rows TO vigie_writer;

-- The notifier writes down what became of its attempts, and reads nothing but mutes, who answers for clinics, and what was told.
CREATE ROLE IF NOT EXISTS vigie_notifications;

GRANT INSERT ON vigie.notification_attempts TO vigie_notifications;

-- It keeps back what is muted.
GRANT SELECT ON vigie.mutes TO vigie_notifications;

-- Routes go by who answers for a clinic.
GRANT SELECT ON vigie.clinics TO vigie_notifications;

-- For whom the clocks of NIS 2 run; nobody's name.
GRANT SELECT(group_id, controller_id, nis2, updated_at, removed) ON vigie.controllers TO vigie_notifications;

-- Where the chains of the audit stand goes out with the mail of the day; who looked at what does not.
GRANT SELECT(chain_id, number, `at`, sha256) ON vigie.audit_rows TO vigie_notifications;

-- It tells nothing again that another notifier told, and the end of what another began: of cases that are open, however long ago.
GRANT SELECT ON vigie.notifications TO vigie_notifications;
GRANT SELECT ON vigie.notification_attempts TO vigie_notifications;
GRANT SELECT(case_id, group_id, incident_ids, status, resolved_at, joined_into, place) ON vigie.case_states TO vigie_notifications;

-- `vigie doctor` looks which migrations were applied, as whoever asks.
GRANT SELECT ON vigie.migrations TO vigie_notifications;

GRANT INSERT ON vigie.archive_batches TO vigie_writer;

GRANT SELECT ON vigie.archive_batches TO vigie_writer;

GRANT SELECT(event_id) ON vigie.access_rows TO vigie_writer;

GRANT SELECT(change_id) ON vigie.incident_states TO vigie_writer;

GRANT SELECT(quarantine_id) ON vigie.quarantine_rows TO vigie_writer;

GRANT SELECT(action_id) ON vigie.case_action_rows TO vigie_writer;

GRANT SELECT(audit_id) ON vigie.audit_rows TO vigie_writer;

-- What an erasure took away is missing and not lost.
GRANT SELECT(group_id, erasure_id, subject_sha256, state, updated_at) ON vigie.erasures TO vigie_writer;

-- The console writes down the cases as it folded them, and shows what the notifier told of them.
CREATE ROLE IF NOT EXISTS vigie_cases;

GRANT INSERT ON vigie.case_states TO vigie_cases;

GRANT SELECT ON vigie.notifications TO vigie_cases;

GRANT SELECT ON vigie.notification_attempts TO vigie_cases;

-- Who answers for which clinic, and therefore of whom a breach may be said.
GRANT SELECT ON vigie.clinics TO vigie_cases;

GRANT SELECT(group_id, controller_id, nis2, updated_at, removed) ON vigie.controllers TO vigie_cases;

-- Mutes that people make in it.
GRANT SELECT, INSERT ON vigie.mutes TO vigie_cases;

-- `vigie doctor` looks which migrations were applied, as whoever asks.
GRANT SELECT ON vigie.migrations TO vigie_cases;

-- The archiver makes the rules' selections known: one table and the views over it. It reads the lists that rules name, and the scorer the history.
CREATE ROLE IF NOT EXISTS vigie_rules;

GRANT SELECT ON vigie.* TO vigie_rules;

GRANT INSERT ON vigie.selections TO vigie_rules;

-- What the file of clinics says, so that pages and dossiers know it too.
GRANT INSERT ON vigie.clinics TO vigie_rules;

GRANT CREATE VIEW, DROP VIEW ON vigie.selected_accesses TO vigie_rules;
GRANT CREATE VIEW, DROP VIEW ON vigie.incident_patients TO vigie_rules;
GRANT CREATE VIEW, DROP VIEW ON vigie.incident_patients_of TO vigie_rules;
GRANT CREATE VIEW, DROP VIEW ON vigie.incident_accounts_of TO vigie_rules;
GRANT CREATE VIEW, DROP VIEW ON vigie.incident_ledger_of TO vigie_rules;
GRANT CREATE VIEW, DROP VIEW ON vigie.case_ledger_of TO vigie_rules;
GRANT CREATE VIEW, DROP VIEW ON vigie.case_ledger_part_of TO vigie_rules;
GRANT CREATE VIEW, DROP VIEW ON vigie.case_unnamed_of TO vigie_rules;
GRANT CREATE VIEW, DROP VIEW ON vigie.dossier_ledger_of TO vigie_rules;
GRANT CREATE VIEW, DROP VIEW ON vigie.dossier_unnamed_of TO vigie_rules;
GRANT CREATE VIEW, DROP VIEW ON vigie.incidents_patients_of TO vigie_rules;

-- The data-protection officer: reads as an analyst, sets scopes, freezes lists and keeps the register of controllers (`vigie dossier`,
-- `vigie controllers`). What was frozen is only added to. Alone it shows nothing of any group, as the analyst's role.
CREATE ROLE IF NOT EXISTS vigie_dpo;

GRANT SELECT ON vigie.* TO vigie_dpo;

GRANT INSERT ON vigie.controllers TO vigie_dpo;

GRANT INSERT ON vigie.clinics TO vigie_dpo;

GRANT INSERT ON vigie.dossier_scopes TO vigie_dpo;

GRANT INSERT ON vigie.dossier_snapshots TO vigie_dpo;

GRANT INSERT ON vigie.dossier_patients TO vigie_dpo;

-- Whoever keeps the lists of the rules, the register of clinics and the canary patients: `vigie lists`, `vigie clinics`, `vigie canary`.
CREATE ROLE IF NOT EXISTS vigie_lists;

GRANT SELECT, INSERT ON vigie.lists TO vigie_lists;

GRANT SELECT, INSERT ON vigie.clinics TO vigie_lists;

GRANT SELECT, INSERT ON vigie.mutes TO vigie_lists;

-- Whoever reads records of the quarantine again: `vigie quarantine`. What is sealed opens only with the group's private key.
CREATE ROLE IF NOT EXISTS vigie_quarantine;

GRANT SELECT ON vigie.quarantine_rows TO vigie_quarantine;

GRANT SELECT, INSERT ON vigie.quarantine_replays TO vigie_quarantine;

-- Whoever asks which account took a sample: `vigie attribute`. The console has no such right: where data-protection officers ask it (POST /v1/leaks,
-- which is a 503 without), GRANT vigie_attribution TO vigie_console, and make it a default role of that user; for dossiers and lists
-- over HTTP likewise vigie_dpo_all_groups. It reads everybody's accesses; what it writes it can neither change nor delete.
CREATE ROLE IF NOT EXISTS vigie_attribution;

GRANT SELECT ON vigie.* TO vigie_attribution;

GRANT INSERT ON vigie.leaks TO vigie_attribution;

GRANT INSERT ON vigie.leak_samples TO vigie_attribution;

GRANT INSERT ON vigie.leak_findings TO vigie_attribution;

-- Whoever asks who looked: `vigie audit verify`. It reads these rows and nothing else.
CREATE ROLE IF NOT EXISTS vigie_audit;

GRANT SELECT ON vigie.audit_rows TO vigie_audit;

GRANT SELECT ON vigie.audit TO vigie_audit;

-- `vigie leakcheck` searches every table for identifiers that it invented, and writes down where it found one.
CREATE ROLE IF NOT EXISTS vigie_leakcheck;

GRANT SELECT ON vigie.* TO vigie_leakcheck;

GRANT INSERT ON vigie.leakchecks TO vigie_leakcheck;

-- Whoever runs `vigie migrate`, and who runs `vigie erase`: nobody else may take rows away.
CREATE ROLE IF NOT EXISTS vigie_owner;

GRANT CREATE, ALTER, DROP, SELECT, INSERT ON vigie.* TO vigie_owner;

-- People and dashboards. Alone it shows nothing of any group: see the policies below.
CREATE ROLE IF NOT EXISTS vigie_analyst;

GRANT SELECT ON vigie.* TO vigie_analyst;

-- People, officers and dashboards alike: who has asked this much waits for the next hour.
CREATE QUOTA IF NOT EXISTS vigie_people KEYED BY user_name FOR INTERVAL 1 HOUR MAX queries = 2000, read_rows = 20000000000 TO vigie_analyst, vigie_dpo;

-- Whoever may see every group: dashboards of the operators of an installation that several share.
CREATE ROLE IF NOT EXISTS vigie_all_groups;

GRANT vigie_analyst TO vigie_all_groups;

-- And its data-protection officer, who reads the frozen lists too.
CREATE ROLE IF NOT EXISTS vigie_dpo_all_groups;

GRANT vigie_all_groups, vigie_dpo TO vigie_dpo_all_groups;

CREATE USER IF NOT EXISTS vigie_archiver IDENTIFIED WITH sha256_hash BY '0000000000000000000000000000000000000000000000000000000000000000' DEFAULT ROLE vigie_writer, vigie_rules SETTINGS PROFILE 'vigie_writer';

CREATE USER IF NOT EXISTS vigie_scorer IDENTIFIED WITH sha256_hash BY '0000000000000000000000000000000000000000000000000000000000000000' DEFAULT ROLE vigie_rules SETTINGS PROFILE 'vigie_writer';

CREATE USER IF NOT EXISTS vigie_notifier IDENTIFIED WITH sha256_hash BY '0000000000000000000000000000000000000000000000000000000000000000' DEFAULT ROLE vigie_notifications SETTINGS PROFILE 'vigie_writer';

CREATE USER IF NOT EXISTS vigie_console IDENTIFIED WITH sha256_hash BY '0000000000000000000000000000000000000000000000000000000000000000' DEFAULT ROLE vigie_cases SETTINGS PROFILE 'vigie_writer';

CREATE USER IF NOT EXISTS vigie_leakcheck IDENTIFIED WITH sha256_hash BY '0000000000000000000000000000000000000000000000000000000000000000' DEFAULT ROLE vigie_leakcheck SETTINGS PROFILE 'vigie_writer';

-- `vigie migrate`; then whoever keeps lists: `vigie lists`, `vigie clinics`, `vigie canary`.
CREATE USER IF NOT EXISTS vigie_migrate IDENTIFIED WITH sha256_hash BY '0000000000000000000000000000000000000000000000000000000000000000' DEFAULT ROLE vigie_owner;

CREATE USER IF NOT EXISTS vigie_keeper IDENTIFIED WITH sha256_hash BY '0000000000000000000000000000000000000000000000000000000000000000' DEFAULT ROLE vigie_lists SETTINGS PROFILE 'vigie_writer';

-- `vigie erase`, by order of somebody who answers for it.
CREATE USER IF NOT EXISTS vigie_eraser IDENTIFIED WITH sha256_hash BY '0000000000000000000000000000000000000000000000000000000000000000' DEFAULT ROLE vigie_owner;

-- `vigie quarantine list` and `replay`.
CREATE USER IF NOT EXISTS vigie_replayer IDENTIFIED WITH sha256_hash BY '0000000000000000000000000000000000000000000000000000000000000000' DEFAULT ROLE vigie_quarantine SETTINGS PROFILE 'vigie_writer';

-- Policies fail closed: on every table that holds something of a group, nobody sees a row, whatever the server's default is for users
-- without a policy. Services and who may see all groups are let in by role, a group by its own. Policies are permissive, so that they add up: who
-- has the roles of two groups sees both. They hold behind the views too. Selections hold the lists of all groups, and who
-- looked is said of all of them: no group sees either.
-- CURRENT_USER is the administrator who runs this; the services must not use that user.
CREATE ROW POLICY IF NOT EXISTS vigie_nobody ON vigie.access_rows USING 0 TO ALL EXCEPT CURRENT_USER;

CREATE ROW POLICY IF NOT EXISTS vigie_nobody ON vigie.incident_states USING 0 TO ALL EXCEPT CURRENT_USER;

CREATE ROW POLICY IF NOT EXISTS vigie_nobody ON vigie.quarantine_rows USING 0 TO ALL EXCEPT CURRENT_USER;

CREATE ROW POLICY IF NOT EXISTS vigie_nobody ON vigie.quarantine_replays USING 0 TO ALL EXCEPT CURRENT_USER;

CREATE ROW POLICY IF NOT EXISTS vigie_nobody ON vigie.lists USING 0 TO ALL EXCEPT CURRENT_USER;

CREATE ROW POLICY IF NOT EXISTS vigie_nobody ON vigie.clinics USING 0 TO ALL EXCEPT CURRENT_USER;

CREATE ROW POLICY IF NOT EXISTS vigie_nobody ON vigie.notification_attempts USING 0 TO ALL EXCEPT CURRENT_USER;

CREATE ROW POLICY IF NOT EXISTS vigie_nobody ON vigie.case_action_rows USING 0 TO ALL EXCEPT CURRENT_USER;

CREATE ROW POLICY IF NOT EXISTS vigie_nobody ON vigie.audit_rows USING 0 TO ALL EXCEPT CURRENT_USER;

CREATE ROW POLICY IF NOT EXISTS vigie_nobody ON vigie.case_states USING 0 TO ALL EXCEPT CURRENT_USER;

CREATE ROW POLICY IF NOT EXISTS vigie_nobody ON vigie.selections USING 0 TO ALL EXCEPT CURRENT_USER;

CREATE ROW POLICY IF NOT EXISTS vigie_nobody ON vigie.mutes USING 0 TO ALL EXCEPT CURRENT_USER;

CREATE ROW POLICY IF NOT EXISTS vigie_nobody ON vigie.leaks USING 0 TO ALL EXCEPT CURRENT_USER;

CREATE ROW POLICY IF NOT EXISTS vigie_nobody ON vigie.leak_samples USING 0 TO ALL EXCEPT CURRENT_USER;

CREATE ROW POLICY IF NOT EXISTS vigie_nobody ON vigie.leak_findings USING 0 TO ALL EXCEPT CURRENT_USER;

CREATE ROW POLICY IF NOT EXISTS vigie_nobody ON vigie.controllers USING 0 TO ALL EXCEPT CURRENT_USER;

CREATE ROW POLICY IF NOT EXISTS vigie_nobody ON vigie.dossier_scopes USING 0 TO ALL EXCEPT CURRENT_USER;

CREATE ROW POLICY IF NOT EXISTS vigie_nobody ON vigie.dossier_snapshots USING 0 TO ALL EXCEPT CURRENT_USER;

CREATE ROW POLICY IF NOT EXISTS vigie_nobody ON vigie.dossier_patients USING 0 TO ALL EXCEPT CURRENT_USER;

CREATE ROW POLICY IF NOT EXISTS vigie_nobody ON vigie.erasures USING 0 TO ALL EXCEPT CURRENT_USER;

CREATE ROW POLICY IF NOT EXISTS vigie_services ON vigie.access_rows USING 1 TO vigie_writer, vigie_rules, vigie_notifications, vigie_lists, vigie_owner, vigie_all_groups;

CREATE ROW POLICY IF NOT EXISTS vigie_services ON vigie.incident_states USING 1 TO vigie_writer, vigie_rules, vigie_notifications, vigie_lists, vigie_owner, vigie_all_groups;

CREATE ROW POLICY IF NOT EXISTS vigie_services ON vigie.quarantine_rows USING 1 TO vigie_writer, vigie_rules, vigie_notifications, vigie_lists, vigie_owner, vigie_all_groups;

CREATE ROW POLICY IF NOT EXISTS vigie_quarantine ON vigie.quarantine_rows USING 1 TO vigie_quarantine;

CREATE ROW POLICY IF NOT EXISTS vigie_services ON vigie.quarantine_replays USING 1 TO vigie_quarantine, vigie_rules, vigie_owner, vigie_all_groups;

CREATE ROW POLICY IF NOT EXISTS vigie_services ON vigie.lists USING 1 TO vigie_writer, vigie_rules, vigie_notifications, vigie_lists, vigie_owner, vigie_all_groups;

CREATE ROW POLICY IF NOT EXISTS vigie_services ON vigie.clinics USING 1 TO vigie_writer, vigie_rules, vigie_notifications, vigie_cases, vigie_lists, vigie_owner, vigie_all_groups;

CREATE ROW POLICY IF NOT EXISTS vigie_services ON vigie.notification_attempts USING 1 TO vigie_writer, vigie_rules, vigie_notifications, vigie_cases, vigie_lists, vigie_owner, vigie_all_groups;

CREATE ROW POLICY IF NOT EXISTS vigie_services ON vigie.case_action_rows USING 1 TO vigie_writer, vigie_rules, vigie_cases, vigie_owner, vigie_all_groups;

CREATE ROW POLICY IF NOT EXISTS vigie_services ON vigie.audit_rows USING 1 TO vigie_writer, vigie_notifications, vigie_owner, vigie_audit, vigie_all_groups;

CREATE ROW POLICY IF NOT EXISTS vigie_services ON vigie.case_states USING 1 TO vigie_writer, vigie_rules, vigie_cases, vigie_owner, vigie_all_groups;

CREATE ROW POLICY IF NOT EXISTS vigie_notifications ON vigie.case_states USING 1 TO vigie_notifications;

CREATE ROW POLICY IF NOT EXISTS vigie_services ON vigie.selections USING 1 TO vigie_writer, vigie_rules, vigie_notifications, vigie_lists, vigie_owner, vigie_all_groups;

CREATE ROW POLICY IF NOT EXISTS vigie_services ON vigie.mutes USING 1 TO vigie_notifications, vigie_cases, vigie_lists, vigie_rules, vigie_owner, vigie_all_groups;

CREATE ROW POLICY IF NOT EXISTS vigie_services ON vigie.leaks USING 1 TO vigie_attribution, vigie_owner, vigie_all_groups;

CREATE ROW POLICY IF NOT EXISTS vigie_services ON vigie.leak_samples USING 1 TO vigie_attribution, vigie_owner, vigie_all_groups;

CREATE ROW POLICY IF NOT EXISTS vigie_services ON vigie.leak_findings USING 1 TO vigie_attribution, vigie_owner, vigie_all_groups;

CREATE ROW POLICY IF NOT EXISTS vigie_attribution ON vigie.access_rows USING 1 TO vigie_attribution;

CREATE ROW POLICY IF NOT EXISTS vigie_attribution ON vigie.incident_states USING 1 TO vigie_attribution;

CREATE ROW POLICY IF NOT EXISTS vigie_leakcheck ON vigie.access_rows USING 1 TO vigie_leakcheck;

CREATE ROW POLICY IF NOT EXISTS vigie_leakcheck ON vigie.incident_states USING 1 TO vigie_leakcheck;

CREATE ROW POLICY IF NOT EXISTS vigie_leakcheck ON vigie.quarantine_rows USING 1 TO vigie_leakcheck;

CREATE ROW POLICY IF NOT EXISTS vigie_leakcheck ON vigie.quarantine_replays USING 1 TO vigie_leakcheck;

CREATE ROW POLICY IF NOT EXISTS vigie_leakcheck ON vigie.lists USING 1 TO vigie_leakcheck;

CREATE ROW POLICY IF NOT EXISTS vigie_leakcheck ON vigie.clinics USING 1 TO vigie_leakcheck;

CREATE ROW POLICY IF NOT EXISTS vigie_leakcheck ON vigie.notification_attempts USING 1 TO vigie_leakcheck;

CREATE ROW POLICY IF NOT EXISTS vigie_leakcheck ON vigie.case_action_rows USING 1 TO vigie_leakcheck;

CREATE ROW POLICY IF NOT EXISTS vigie_leakcheck ON vigie.audit_rows USING 1 TO vigie_leakcheck;

CREATE ROW POLICY IF NOT EXISTS vigie_leakcheck ON vigie.case_states USING 1 TO vigie_leakcheck;

CREATE ROW POLICY IF NOT EXISTS vigie_leakcheck ON vigie.selections USING 1 TO vigie_leakcheck;

CREATE ROW POLICY IF NOT EXISTS vigie_leakcheck ON vigie.leaks USING 1 TO vigie_leakcheck;

CREATE ROW POLICY IF NOT EXISTS vigie_leakcheck ON vigie.leak_samples USING 1 TO vigie_leakcheck;

CREATE ROW POLICY IF NOT EXISTS vigie_leakcheck ON vigie.leak_findings USING 1 TO vigie_leakcheck;

CREATE ROW POLICY IF NOT EXISTS vigie_services ON vigie.controllers USING 1 TO vigie_rules, vigie_owner, vigie_all_groups;

CREATE ROW POLICY IF NOT EXISTS vigie_services ON vigie.dossier_scopes USING 1 TO vigie_rules, vigie_owner, vigie_all_groups;

CREATE ROW POLICY IF NOT EXISTS vigie_services ON vigie.dossier_snapshots USING 1 TO vigie_rules, vigie_owner, vigie_all_groups;

CREATE ROW POLICY IF NOT EXISTS vigie_clocks ON vigie.controllers USING 1 TO vigie_notifications, vigie_cases;
CREATE ROW POLICY IF NOT EXISTS vigie_leakcheck ON vigie.controllers USING 1 TO vigie_leakcheck;

CREATE ROW POLICY IF NOT EXISTS vigie_leakcheck ON vigie.dossier_scopes USING 1 TO vigie_leakcheck;

CREATE ROW POLICY IF NOT EXISTS vigie_leakcheck ON vigie.dossier_snapshots USING 1 TO vigie_leakcheck;

CREATE ROW POLICY IF NOT EXISTS vigie_leakcheck ON vigie.dossier_patients USING 1 TO vigie_leakcheck;

CREATE ROW POLICY IF NOT EXISTS vigie_leakcheck ON vigie.mutes USING 1 TO vigie_leakcheck;

CREATE ROW POLICY IF NOT EXISTS vigie_leakcheck ON vigie.erasures USING 1 TO vigie_leakcheck;

CREATE ROW POLICY IF NOT EXISTS vigie_archive ON vigie.erasures USING 1 TO vigie_writer;

-- What was erased, and why: whoever erases (`vigie erase` runs as the owner) and officers see it.
CREATE ROW POLICY IF NOT EXISTS vigie_services ON vigie.erasures USING 1 TO vigie_owner, vigie_all_groups;

-- Frozen lists of patients are the officer's alone.
CREATE ROW POLICY IF NOT EXISTS vigie_services ON vigie.dossier_patients USING 1 TO vigie_owner, vigie_dpo_all_groups;

-- For each group a role, a user, and a policy on each table; its data-protection officer reads the frozen lists besides.
CREATE ROLE IF NOT EXISTS vigie_group_helix;

GRANT vigie_analyst TO vigie_group_helix;

CREATE ROLE IF NOT EXISTS vigie_dpo_helix;

GRANT vigie_group_helix, vigie_dpo TO vigie_dpo_helix;

CREATE ROW POLICY IF NOT EXISTS vigie_group_helix ON vigie.access_rows USING group_id = 'helix' TO vigie_group_helix;

CREATE ROW POLICY IF NOT EXISTS vigie_group_helix ON vigie.incident_states USING group_id = 'helix' TO vigie_group_helix;

CREATE ROW POLICY IF NOT EXISTS vigie_group_helix ON vigie.quarantine_rows USING group_id = 'helix' TO vigie_group_helix;

CREATE ROW POLICY IF NOT EXISTS vigie_group_helix ON vigie.quarantine_replays USING group_id = 'helix' TO vigie_group_helix;

CREATE ROW POLICY IF NOT EXISTS vigie_group_helix ON vigie.clinics USING group_id = 'helix' TO vigie_group_helix;

CREATE ROW POLICY IF NOT EXISTS vigie_group_helix ON vigie.lists USING group_id IN ('', 'helix') TO vigie_group_helix;

CREATE ROW POLICY IF NOT EXISTS vigie_group_helix ON vigie.case_action_rows USING group_id = 'helix' TO vigie_group_helix;

CREATE ROW POLICY IF NOT EXISTS vigie_group_helix ON vigie.case_states USING group_id = 'helix' TO vigie_group_helix;

CREATE ROW POLICY IF NOT EXISTS vigie_group_helix ON vigie.controllers USING group_id = 'helix' TO vigie_group_helix;

CREATE ROW POLICY IF NOT EXISTS vigie_group_helix ON vigie.dossier_scopes USING group_id = 'helix' TO vigie_group_helix;

CREATE ROW POLICY IF NOT EXISTS vigie_group_helix ON vigie.dossier_snapshots USING group_id = 'helix' TO vigie_group_helix;

CREATE ROW POLICY IF NOT EXISTS vigie_group_helix ON vigie.dossier_patients USING group_id = 'helix' TO vigie_dpo_helix;

CREATE ROW POLICY IF NOT EXISTS vigie_group_helix ON vigie.notification_attempts USING incident_id IN (SELECT incident_id FROM vigie.incident_states WHERE group_id = 'helix') TO vigie_group_helix;

CREATE ROW POLICY IF NOT EXISTS vigie_group_helix ON vigie.mutes USING group_id = 'helix' TO vigie_group_helix;

CREATE ROW POLICY IF NOT EXISTS vigie_group_helix ON vigie.leaks USING group_id = 'helix' TO vigie_group_helix;

CREATE ROW POLICY IF NOT EXISTS vigie_group_helix ON vigie.leak_samples USING group_id = 'helix' TO vigie_group_helix;

CREATE ROW POLICY IF NOT EXISTS vigie_group_helix ON vigie.leak_findings USING group_id = 'helix' TO vigie_group_helix;

CREATE ROW POLICY IF NOT EXISTS vigie_group_helix ON vigie.erasures USING group_id = 'helix' TO vigie_group_helix;

CREATE USER IF NOT EXISTS helix_analyst IDENTIFIED WITH sha256_hash BY '0000000000000000000000000000000000000000000000000000000000000000' DEFAULT ROLE vigie_group_helix SETTINGS PROFILE 'vigie_analyst';

CREATE USER IF NOT EXISTS helix_dpo IDENTIFIED WITH sha256_hash BY '0000000000000000000000000000000000000000000000000000000000000000' DEFAULT ROLE vigie_dpo_helix SETTINGS PROFILE 'vigie_dpo';

-- Dashboards of one group; several groups have a data source each.
CREATE USER IF NOT EXISTS vigie_grafana IDENTIFIED WITH sha256_hash BY '0000000000000000000000000000000000000000000000000000000000000000' DEFAULT ROLE vigie_group_helix SETTINGS PROFILE 'vigie_analyst';
