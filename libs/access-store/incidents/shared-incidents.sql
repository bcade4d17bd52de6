-- Incidents of what accounts have in common that stand, with the selections that they count by. Blocks of numbers name their patients: their lists do not grow.
SELECT
    group_id,
    subject_kind,
    actor_id,
    state,
    first_time,
    last_time,
    selections
FROM vigie.incident_latest
WHERE subject_kind NOT IN ('account', 'id_block')
    AND state IN ('open', 'closed')
    AND last_time >= fromUnixTimestamp64Milli({from:Int64}, 'UTC')
ORDER BY incident_id
