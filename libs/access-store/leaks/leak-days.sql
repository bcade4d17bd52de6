-- Each day, in Paris, on which one of these accounts opened a patient, with those of the sample.
SELECT
    actor_id,
    toString(toDate(time, 'Europe/Paris')) AS ref,
    min(time) AS first_time,
    max(time) AS last_time,
    uniqExact(patient_id) AS size,
    arraySort(groupUniqArrayIf(patient_id, patient_id IN (SELECT patient_id FROM vigie.leak_samples WHERE group_id = {group:String} AND leak_id = {leak:String}))) AS held
FROM vigie.accesses
WHERE group_id = {group:String} AND actor_id IN {actors:Array(String)} AND patient_id != '' AND outcome != 'failure'
    AND time >= fromUnixTimestamp64Milli({from:Int64}, 'UTC') AND time < fromUnixTimestamp64Milli({to:Int64}, 'UTC')
GROUP BY actor_id, ref
ORDER BY actor_id, ref
