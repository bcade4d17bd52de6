-- What was exposed, by category of data.
SELECT category, uniqExact(a.patient_id) AS patients, uniqExact(a.event_id) AS events
FROM vigie.accesses AS a
ARRAY JOIN a.categories AS category
INNER JOIN (SELECT group_id, actor_id, first_time, last_time FROM vigie.incidents WHERE incident_id = {incident:String}) AS i
    ON a.group_id = i.group_id AND a.actor_id = i.actor_id
WHERE a.time BETWEEN i.first_time AND i.last_time AND a.patient_id != ''
GROUP BY category
ORDER BY patients DESC
