-- Patients of a case, each once by the strongest tier: of all clinics that are asked for (none named: of all there are), and of each.
SELECT
    level,
    if(level = 'clinic', clinic, '') AS clinic_id,
    count() AS patients,
    countIf(strength > 1) AS exposed,
    countIf(strength = 1) AS attempted,
    countIf(strength = 2) AS listed,
    countIf(strength = 3) AS displayed,
    countIf(strength = 4) AS exported
FROM
(
    SELECT
        if(grouping(clinic_id) = 1, 'case', 'clinic') AS level,
        any(clinic_id) AS clinic,
        patient_id,
        max(indexOf(['attempted', 'listed', 'displayed', 'exported'], certainty)) AS strength
    FROM vigie.case_ledger_of(case_id = {case_id:String})
    WHERE empty({clinics:Array(String)}) OR has({clinics:Array(String)}, clinic_id)
    GROUP BY GROUPING SETS ((patient_id), (clinic_id, patient_id))
)
GROUP BY level, clinic_id
ORDER BY level, clinic_id
