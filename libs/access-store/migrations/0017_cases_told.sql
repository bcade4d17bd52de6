-- Why a receiver was told of a case; empty for a change of the scorer that is told by itself. Then change_id is a send_id, incident_id a case_id.
ALTER TABLE vigie.notification_attempts ADD COLUMN IF NOT EXISTS kind LowCardinality(String) AFTER change_type;

CREATE OR REPLACE VIEW vigie.notifications AS
SELECT *
FROM vigie.notification_attempts
FINAL;

-- Messages kept back for a time. What happens meanwhile is recorded all the same. Read with FINAL: of a mute the row that was written last
-- counts; one that was removed ended then, and stays, because it says why somebody was not told.
CREATE TABLE IF NOT EXISTS vigie.mutes
(
    mute_id String,
    group_id LowCardinality(String),
    actor_id String,
    clinic_id String,
    rule_id String,
    level_max LowCardinality(String),
    starts_at DateTime64(3, 'UTC'),
    ends_at DateTime64(3, 'UTC'),
    owner String,
    reason String,
    covers_critical Bool,
    created_by String,
    created_at DateTime64(3, 'UTC'),
    removed Bool,
    updated_at DateTime64(3, 'UTC')
)
ENGINE = ReplacingMergeTree(updated_at)
ORDER BY (group_id, mute_id)
SETTINGS non_replicated_deduplication_window = 10000, fsync_after_insert = 1, fsync_part_directory = 1;
