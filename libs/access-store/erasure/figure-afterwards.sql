-- The latest state of an incident once more, with the figure that its list has now. It is told to nobody, and what was told stays.
INSERT INTO vigie.incident_states
SELECT * REPLACE (
    {figure:UInt64} AS patients,
    if(empty(suppressed_by), 'incident.updated', 'incident.suppressed') AS change_type,
    {change_id:String} AS change_id,
    greatest(changed_at + INTERVAL 1 MILLISECOND, fromUnixTimestamp64Milli({now_ms:Int64}, 'UTC')) AS changed_at)
FROM vigie.incident_states
WHERE incident_id = {incident_id:String}
ORDER BY version DESC, changed_at DESC
LIMIT 1
