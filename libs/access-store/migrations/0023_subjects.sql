-- To whom an incident belongs: to an account, or to an address, a device or a session that accounts have in common; then `actor_id` names
-- that, and `accounts` the first of the accounts.
ALTER TABLE vigie.incident_states ADD COLUMN IF NOT EXISTS subject_kind LowCardinality(String) DEFAULT 'account' AFTER group_id;

ALTER TABLE vigie.incident_states ADD COLUMN IF NOT EXISTS accounts Array(String) AFTER actor_id;

ALTER TABLE vigie.incident_states ADD COLUMN IF NOT EXISTS account_count UInt64 DEFAULT 1 AFTER accounts;

ALTER TABLE vigie.case_states ADD COLUMN IF NOT EXISTS subject_kind LowCardinality(String) DEFAULT 'account' AFTER group_id;

ALTER TABLE vigie.case_states ADD COLUMN IF NOT EXISTS account_count UInt64 DEFAULT 1 AFTER actor_id;

-- As in 0008, with whose it is.
-- One row per incident and per suppressed match: its latest state, and the earliest time at which it was decided. A merged incident has
-- given its patients to another, a withdrawn one has none.
CREATE OR REPLACE VIEW vigie.incident_latest AS
SELECT
    s.incident_id AS incident_id,
    argMax(s.group_id, (s.version, s.changed_at)) AS group_id,
    argMax(s.subject_kind, (s.version, s.changed_at)) AS subject_kind,
    argMax(s.actor_id, (s.version, s.changed_at)) AS actor_id,
    argMax(s.accounts, (s.version, s.changed_at)) AS accounts,
    argMax(s.account_count, (s.version, s.changed_at)) AS account_count,
    argMax(s.state, (s.version, s.changed_at)) AS state,
    argMax(s.first_time, (s.version, s.changed_at)) AS first_time,
    argMax(s.last_time, (s.version, s.changed_at)) AS last_time,
    min(s.detected_at) AS detected_at,
    argMax(if(s.state IN ('merged', 'withdrawn'), 0, s.patients), (s.version, s.changed_at)) AS patients,
    argMax(s.patients_at_firing, (s.version, s.changed_at)) AS patients_at_firing,
    argMax(s.patients_at_detection, (s.version, s.changed_at)) AS patients_at_detection,
    argMax(s.clinics, (s.version, s.changed_at)) AS clinics,
    argMax(s.categories, (s.version, s.changed_at)) AS categories,
    argMax(s.rules, (s.version, s.changed_at)) AS rules,
    argMax(s.rule_matches, (s.version, s.changed_at)) AS rule_matches,
    argMax(s.rule_selections, (s.version, s.changed_at)) AS rule_selections,
    argMax(s.selections, (s.version, s.changed_at)) AS selections,
    argMax(s.level, (s.version, s.changed_at)) AS level,
    argMax(s.step, (s.version, s.changed_at)) AS step,
    argMax(s.found, (s.version, s.changed_at)) AS found,
    argMax(s.late_seconds, (s.version, s.changed_at)) AS late_seconds,
    argMin(s.detection_delay_seconds, s.detected_at) AS detection_delay_seconds,
    argMax(s.merged_into, (s.version, s.changed_at)) AS merged_into,
    argMax(s.suppressed_by, (s.version, s.changed_at)) AS suppressed_by,
    -- A suppressed match may be joined to another one or withdrawn, and never was an incident: all of its changes name its exceptions.
    notEmpty(s.suppressed_by) AS suppressed,
    max(s.changed_at) AS changed_at,
    max(s.version) AS version
FROM vigie.incident_states AS s
GROUP BY s.incident_id, suppressed;

-- One row per incident. A suppressed match is none.
CREATE OR REPLACE VIEW vigie.incidents AS
SELECT * EXCEPT (suppressed_by, suppressed)
FROM vigie.incident_latest
WHERE NOT suppressed;

-- One row per match that did not become an incident because of exceptions, which `suppressed_by` names.
CREATE OR REPLACE VIEW vigie.suppressed_matches AS
SELECT
    incident_id,
    group_id,
    subject_kind,
    actor_id,
    accounts,
    account_count,
    suppressed_by,
    first_time,
    last_time,
    detected_at,
    patients,
    patients_at_firing,
    clinics,
    categories,
    rules,
    rule_matches,
    rule_selections,
    selections,
    level,
    found,
    late_seconds,
    changed_at,
    version
FROM vigie.incident_latest
WHERE suppressed AND state = 'suppressed';

-- What people were told, once each: of a change that a replay made again, the first.
CREATE OR REPLACE VIEW vigie.incident_changes AS
SELECT *
FROM vigie.incident_states
WHERE change_type NOT IN ('incident.updated', 'incident.suppressed')
ORDER BY changed_at, detected_at
LIMIT 1 BY change_id;

CREATE OR REPLACE VIEW vigie.cases AS
SELECT * EXCEPT (members, joined_into, place)
FROM vigie.case_states
FINAL
WHERE joined_into = '';
