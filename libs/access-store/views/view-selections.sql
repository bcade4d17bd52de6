-- Which selections the views over patients evaluate, those that must be there first: the ones of the present rules and those that an
-- incident names now, of those that list somebody; then the ones that some process had lately, the newest first.
SELECT
    selection_id,
    expression,
    selection_id IN {given:Array(String)}
        OR selection_id IN (SELECT arrayJoin(selections) FROM vigie.incident_latest WHERE state NOT IN ('merged', 'withdrawn')) AS needed
FROM vigie.selections
FINAL
WHERE needed OR registered_at >= parseDateTime64BestEffort({since:String}, 3, 'UTC')
ORDER BY needed DESC, registered_at DESC, selection_id
