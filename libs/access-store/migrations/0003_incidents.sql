-- Every change of every incident, told or not. A replay gives the same change ids but may decide at another wall-clock time: both are
-- kept, so that the earliest told one can be found.
CREATE TABLE IF NOT EXISTS vigie.incident_states
(
    incident_id String,
    group_id LowCardinality(String),
    actor_id String,
    state LowCardinality(String),
    first_time DateTime64(3, 'UTC'),
    last_time DateTime64(3, 'UTC'),
    detected_at DateTime64(3, 'UTC'),
    patients UInt64,
    patients_at_detection UInt64,
    clinics Array(String),
    categories Array(LowCardinality(String)),
    rules Array(String),
    rule_matches Array(Tuple(
        rule_id String,
        title String,
        level LowCardinality(String),
        value UInt64,
        threshold UInt64,
        spread UInt64,
        spread_threshold UInt64,
        timespan_seconds UInt64,
        first_fired DateTime64(3, 'UTC'),
        last_fired DateTime64(3, 'UTC'))),
    selections Array(String),
    level LowCardinality(String),
    step UInt64,
    found LowCardinality(String),
    detection_delay_seconds Float64,
    merged_into String,
    change_type LowCardinality(String),
    change_id String,
    changed_at DateTime64(3, 'UTC'),
    version UInt64,
    received_at DateTime64(3, 'UTC')
)
ENGINE = ReplacingMergeTree(version)
ORDER BY (group_id, incident_id, change_id, detected_at, changed_at)
SETTINGS non_replicated_deduplication_window = 10000, fsync_after_insert = 1, fsync_part_directory = 1;

-- One row per incident: its latest state, and the earliest time at which it was told. An incident that was joined to another has given
-- its patients to that one.
CREATE VIEW IF NOT EXISTS vigie.incidents AS
SELECT
    s.incident_id AS incident_id,
    argMax(s.group_id, (s.version, s.changed_at)) AS group_id,
    argMax(s.actor_id, (s.version, s.changed_at)) AS actor_id,
    argMax(s.state, (s.version, s.changed_at)) AS state,
    argMax(s.first_time, (s.version, s.changed_at)) AS first_time,
    argMax(s.last_time, (s.version, s.changed_at)) AS last_time,
    min(s.detected_at) AS detected_at,
    argMax(if(s.state = 'merged', 0, s.patients), (s.version, s.changed_at)) AS patients,
    argMax(s.patients_at_detection, (s.version, s.changed_at)) AS patients_at_detection,
    argMax(s.clinics, (s.version, s.changed_at)) AS clinics,
    argMax(s.categories, (s.version, s.changed_at)) AS categories,
    argMax(s.rules, (s.version, s.changed_at)) AS rules,
    argMax(s.rule_matches, (s.version, s.changed_at)) AS rule_matches,
    argMax(s.selections, (s.version, s.changed_at)) AS selections,
    argMax(s.level, (s.version, s.changed_at)) AS level,
    argMax(s.step, (s.version, s.changed_at)) AS step,
    argMax(s.found, (s.version, s.changed_at)) AS found,
    argMin(s.detection_delay_seconds, s.detected_at) AS detection_delay_seconds,
    argMax(s.merged_into, (s.version, s.changed_at)) AS merged_into,
    max(s.changed_at) AS changed_at,
    max(s.version) AS version
FROM vigie.incident_states AS s
GROUP BY s.incident_id;

-- What people were told, once each: of a change that a replay made again, the first.
CREATE VIEW IF NOT EXISTS vigie.incident_changes AS
SELECT *
FROM vigie.incident_states
WHERE change_type != 'incident.updated'
ORDER BY changed_at, detected_at
LIMIT 1 BY change_id;
