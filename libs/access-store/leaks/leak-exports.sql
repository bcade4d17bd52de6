-- Each export, print or download of these accounts that names patients, with those of the sample; the largest where there are too many.
SELECT
    actor_id,
    event_id AS ref,
    min(time) AS first_time,
    max(time) AS last_time,
    uniqExact(patient_id) AS size,
    arraySort(groupUniqArrayIf(patient_id, patient_id IN (SELECT patient_id FROM vigie.leak_samples WHERE group_id = {group:String} AND leak_id = {leak:String}))) AS held
FROM vigie.accesses
WHERE group_id = {group:String} AND actor_id IN {actors:Array(String)} AND patient_id != '' AND outcome != 'failure'
    AND action IN ('export', 'print', 'download')
    AND time >= fromUnixTimestamp64Milli({from:Int64}, 'UTC') AND time < fromUnixTimestamp64Milli({to:Int64}, 'UTC')
GROUP BY actor_id, event_id
ORDER BY size DESC, actor_id, ref
LIMIT {limit:UInt32}
