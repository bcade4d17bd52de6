-- What two lists have of the same patients, and of others: in all, and by clinic.
SELECT
    level,
    if(level = 'clinic', clinic, '') AS clinic_id,
    countIf(before = 0) AS added,
    countIf(after = 0) AS removed,
    countIf(before > 0 AND after > 0 AND before != after) AS tier_changed,
    countIf(before > 0 AND after > 0 AND notEmpty(arrayFilter(one -> NOT has(categories_before, one), categories_after))) AS category_added
FROM
(
    SELECT
        if(grouping(clinic_id) = 1, 'controller', 'clinic') AS level,
        any(clinic_id) AS clinic,
        patient_id,
        maxIf(tier, side = 0) AS before,
        maxIf(tier, side = 1) AS after,
        groupUniqArrayArrayIf(categories, side = 0) AS categories_before,
        groupUniqArrayArrayIf(categories, side = 1) AS categories_after
    FROM
    (
        SELECT 0 AS side, clinic_id, patient_id, indexOf(['attempted', 'listed', 'displayed', 'exported'], certainty) AS tier, categories
        FROM {{before}}
        UNION ALL
        SELECT 1 AS side, clinic_id, patient_id, indexOf(['attempted', 'listed', 'displayed', 'exported'], certainty) AS tier, categories
        FROM {{after}}
    )
    GROUP BY GROUPING SETS ((patient_id), (clinic_id, patient_id))
)
GROUP BY level, clinic_id
HAVING added + removed + tier_changed + category_added > 0
ORDER BY level DESC, clinic_id
