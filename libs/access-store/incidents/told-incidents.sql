-- Incidents that were told and still stand, of which some part lies in the interval. Times are bound as milliseconds.
SELECT
    incident_id,
    group_id,
    subject_kind,
    actor_id,
    state,
    level,
    first_time,
    last_time,
    detected_at,
    patients,
    patients_at_firing,
    patients_at_detection,
    clinics,
    categories,
    rules,
    rule_matches,
    step,
    found,
    late_seconds,
    detection_delay_seconds
FROM vigie.incidents
WHERE state IN ('open', 'closed')
    AND last_time >= fromUnixTimestamp64Milli({from:Int64}, 'UTC') AND first_time < fromUnixTimestamp64Milli({to:Int64}, 'UTC')
    AND ({group:String} = '' OR group_id = {group:String}) AND ({actor:String} = '' OR actor_id = {actor:String})
ORDER BY first_time, incident_id
