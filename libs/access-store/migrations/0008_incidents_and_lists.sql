-- What an incident says more. Rows of before know their patients at detection only, which for what is found live is the same figure.
ALTER TABLE vigie.incident_states ADD COLUMN IF NOT EXISTS patients_at_firing UInt64 DEFAULT patients_at_detection AFTER patients;

ALTER TABLE vigie.incident_states ADD COLUMN IF NOT EXISTS rule_selections Array(String) AFTER rule_matches;

ALTER TABLE vigie.incident_states ADD COLUMN IF NOT EXISTS late_seconds Float64 AFTER found;

ALTER TABLE vigie.incident_states ADD COLUMN IF NOT EXISTS suppressed_by Array(String) AFTER merged_into;

-- One row per incident and per suppressed match: its latest state, and the earliest time at which it was decided. A merged incident has
-- given its patients to another, a withdrawn one has none.
CREATE OR REPLACE VIEW vigie.incident_latest AS
SELECT
    s.incident_id AS incident_id,
    argMax(s.group_id, (s.version, s.changed_at)) AS group_id,
    argMax(s.actor_id, (s.version, s.changed_at)) AS actor_id,
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
    actor_id,
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

-- Values of the lists that rules name: `%canary_patients%` is the list canary_patients. Read with FINAL: of a value the row that was
-- inserted last, and none once that says `removed`. An empty `group_id` stands for every group; the times are event times, half open.
CREATE TABLE IF NOT EXISTS vigie.lists
(
    list_name LowCardinality(String),
    value String,
    group_id LowCardinality(String),
    valid_from Nullable(DateTime64(3, 'UTC')),
    valid_until Nullable(DateTime64(3, 'UTC')),
    owner String,
    reason String,
    updated_at DateTime64(3, 'UTC') DEFAULT now64(3, 'UTC'),
    removed UInt8 DEFAULT 0
)
ENGINE = ReplacingMergeTree(updated_at, removed)
ORDER BY (list_name, group_id, value)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

-- The register of clinics. Read with FINAL, like the lists. One with `closed_at` is a value of `%closed_clinics%` from then on.
CREATE TABLE IF NOT EXISTS vigie.clinics
(
    group_id LowCardinality(String),
    clinic_id String,
    name String,
    opened_at Nullable(DateTime64(3, 'UTC')),
    closed_at Nullable(DateTime64(3, 'UTC')),
    updated_at DateTime64(3, 'UTC') DEFAULT now64(3, 'UTC'),
    removed UInt8 DEFAULT 0
)
ENGINE = ReplacingMergeTree(updated_at, removed)
ORDER BY (group_id, clinic_id)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;
