-- Incidents and suppressed matches whose id begins so; one more than a person would read.
SELECT
    incident_id, group_id, subject_kind, actor_id, accounts, account_count, state, first_time, last_time, detected_at, patients, patients_at_firing, patients_at_detection,
    clinics, categories, rules, rule_matches, rule_selections, selections, level, step, found, late_seconds, detection_delay_seconds,
    merged_into, suppressed_by
FROM vigie.incident_latest
WHERE startsWith(incident_id, {prefix:String})
ORDER BY incident_id
LIMIT {limit:UInt32}
