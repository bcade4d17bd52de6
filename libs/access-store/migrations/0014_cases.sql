-- Cases as the console folded them, the newest by `place`. Several consoles write the same rows; the log is the truth, this is for reading.
CREATE TABLE IF NOT EXISTS vigie.case_states
(
    case_id String,
    group_id LowCardinality(String),
    actor_id String,
    title String,
    status LowCardinality(String),
    verdict LowCardinality(String),
    owner String,
    level LowCardinality(String),
    controllers Array(String),
    incident_ids Array(String),
    rules Array(String),
    clinics Array(String),
    patients UInt64,
    step UInt64,
    first_time DateTime64(3, 'UTC'),
    last_time DateTime64(3, 'UTC'),
    opened_at DateTime64(3, 'UTC'),
    acknowledge_by Nullable(DateTime64(3, 'UTC')),
    acknowledged_at Nullable(DateTime64(3, 'UTC')),
    acknowledged_by String,
    resolved_at Nullable(DateTime64(3, 'UTC')),
    resolved_by String,
    on_hold_until Nullable(DateTime64(3, 'UTC')),
    reopened UInt64,
    version UInt64,
    changed_at DateTime64(3, 'UTC'),
    members Array(Tuple(incident_id String, linked_at DateTime64(3, 'UTC'), linked_by String)),
    joined_into String,
    place UInt64
)
ENGINE = ReplacingMergeTree(place)
ORDER BY (group_id, case_id)
SETTINGS non_replicated_deduplication_window = 10000, fsync_after_insert = 1, fsync_part_directory = 1;

-- One row per case. One that was joined to another is no case any more.
CREATE VIEW IF NOT EXISTS vigie.cases AS
SELECT * EXCEPT (members, joined_into, place)
FROM vigie.case_states
FINAL
WHERE joined_into = '';

-- Which incidents are in which case.
CREATE VIEW IF NOT EXISTS vigie.case_incidents AS
SELECT
    group_id,
    case_id,
    member.incident_id AS incident_id,
    member.linked_at AS linked_at,
    member.linked_by AS linked_by
FROM vigie.case_states FINAL
ARRAY JOIN members AS member
WHERE joined_into = '';
