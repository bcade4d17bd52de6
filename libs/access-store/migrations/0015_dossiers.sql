-- The legal entities that answer for patient data: each of one clinic or more. Read with FINAL, like the clinics.
CREATE TABLE IF NOT EXISTS vigie.controllers
(
    group_id LowCardinality(String),
    controller_id String,
    name String,
    siren String,
    legal_representative String,
    dpo_name String,
    dpo_email String,
    dpo_phone String,
    joint_with Array(String),
    processor_of Array(String),
    -- `none`, `important` or `essential`: the clocks of NIS 2 are off until it is set.
    nis2 LowCardinality(String) DEFAULT 'none',
    ars String,
    updated_at DateTime64(3, 'UTC') DEFAULT now64(3, 'UTC'),
    removed UInt8 DEFAULT 0
)
ENGINE = ReplacingMergeTree(updated_at, removed)
ORDER BY (group_id, controller_id)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

-- Who answers for a clinic; the clinic itself where nobody said.
ALTER TABLE vigie.clinics ADD COLUMN IF NOT EXISTS controller_id String DEFAULT clinic_id AFTER clinic_id;

-- What the dossier of a case looks at, where it is something else than the condition of its incidents: all accesses of accounts between two
-- times are added, and of everything only what has one of the named values is kept. Only added to: who looked at what, and why, stays.
CREATE TABLE IF NOT EXISTS vigie.dossier_scopes
(
    group_id LowCardinality(String),
    case_id String,
    version UInt32,
    accounts Array(String),
    from_time DateTime64(3, 'UTC'),
    to_time DateTime64(3, 'UTC'),
    source_ips Array(String),
    devices Array(String),
    session_ids Array(String),
    applications Array(String),
    author String,
    reason String,
    set_at DateTime64(3, 'UTC')
)
ENGINE = MergeTree
ORDER BY (case_id, version, set_at)
SETTINGS non_replicated_deduplication_window = 1000, fsync_after_insert = 1, fsync_part_directory = 1;

-- What was frozen, one row a snapshot, written after its rows. The chain of a case and controller goes by `number` and the digests.
CREATE TABLE IF NOT EXISTS vigie.dossier_snapshots
(
    snapshot_id String,
    group_id LowCardinality(String),
    case_id String,
    controller_id String,
    number UInt32,
    kind LowCardinality(String),
    frozen_at DateTime64(3, 'UTC'),
    frozen_by String,
    scope_version UInt32,
    patients UInt64,
    exposed UInt64,
    per_tier Map(LowCardinality(String), UInt64),
    unnamed_records UInt64,
    list_sha256 String,
    manifest String CODEC(ZSTD(3)),
    manifest_sha256 String,
    previous_sha256 String
)
ENGINE = MergeTree
ORDER BY (case_id, controller_id, number, frozen_at)
SETTINGS non_replicated_deduplication_window = 1000, fsync_after_insert = 1, fsync_part_directory = 1;

-- The frozen lists. Without an end: the proof must not depend on accesses that may be deleted one day.
CREATE TABLE IF NOT EXISTS vigie.dossier_patients
(
    snapshot_id String,
    group_id LowCardinality(String),
    controller_id LowCardinality(String),
    clinic_id LowCardinality(String),
    patient_id String CODEC(ZSTD(1)),
    certainty LowCardinality(String),
    categories Array(LowCardinality(String)),
    key_ids Array(LowCardinality(String)),
    first_time DateTime64(3, 'UTC'),
    last_time DateTime64(3, 'UTC'),
    accesses UInt64
)
ENGINE = MergeTree
ORDER BY (snapshot_id, clinic_id, patient_id)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

-- Of which incidents the dossier of a case speaks: those that people see in it, and of an incident that no console has folded yet, itself.
CREATE VIEW IF NOT EXISTS vigie.dossier_incidents AS
SELECT case_id, incident_id, linked_at
FROM vigie.case_incidents
UNION ALL
SELECT incident_id AS case_id, incident_id, min(changed_at) AS linked_at
FROM vigie.incident_states
WHERE suppressed_by = [] AND incident_id NOT IN (SELECT case_id FROM vigie.case_states)
    AND incident_id NOT IN (SELECT arrayJoin(incident_ids) FROM vigie.case_states)
GROUP BY incident_id;
