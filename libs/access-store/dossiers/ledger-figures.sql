-- Of all of a ledger, of each controller and of each clinic: how many patients, each once by the strongest tier.
SELECT
    level,
    if(level = 'case', '', controller) AS controller_id,
    if(level = 'clinic', clinic, '') AS clinic_id,
    count() AS patients,
    countIf(strength > 1) AS exposed,
    countIf(strength = 1) AS attempted,
    countIf(strength = 2) AS listed,
    countIf(strength = 3) AS displayed,
    countIf(strength = 4) AS exported,
    sumMap(map(key, 1)) AS per_key
FROM
(
    SELECT
        multiIf(grouping(controller_id) = 1, 'case', grouping(clinic_id) = 1, 'controller', 'clinic') AS level,
        any(controller_id) AS controller,
        any(clinic_id) AS clinic,
        patient_id,
        max(indexOf(['attempted', 'listed', 'displayed', 'exported'], certainty)) AS strength,
        any(key_ids[1]) AS key
    FROM {{ledger}}
    GROUP BY GROUPING SETS ((patient_id), (controller_id, patient_id), (controller_id, clinic_id, patient_id))
)
GROUP BY level, controller_id, clinic_id
ORDER BY indexOf(['case', 'controller', 'clinic'], level), controller_id, clinic_id
