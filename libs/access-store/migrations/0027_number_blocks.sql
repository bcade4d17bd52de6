-- Incidents of blocks of numbers name their patients: no stored access says which block it lies in, so a list could not be made otherwise.
ALTER TABLE vigie.incident_states ADD COLUMN IF NOT EXISTS block_patients Array(String) AFTER account_count;

-- As in 0023, with the patients of a block.
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
    -- Of an incident whose patients are no longer held later changes name none.
    arraySort(groupUniqArrayArray(s.block_patients)) AS block_patients,
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
