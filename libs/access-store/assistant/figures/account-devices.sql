-- Addresses and devices of an account.
SELECT source_ip, device, user_agent, uniqExact(session_id) AS sessions, min(time) AS first, max(time) AS last, uniqExactIf(patient_id, patient_id != '') AS patients
FROM vigie.accesses
WHERE group_id = {group:String} AND actor_id = {actor:String}
GROUP BY source_ip, device, user_agent
ORDER BY first
