-- Patients of a case by when each was first touched, at all and in each clinic: summed up, the last is the figure of the list.
SELECT
    level,
    if(level = 'clinic', clinic, '') AS clinic_id,
    intDiv(toUnixTimestamp64Milli(first) - {from:Int64}, {bin:Int64}) AS bin,
    count() AS patients
FROM
(
    SELECT
        if(grouping(clinic_id) = 1, 'case', 'clinic') AS level,
        any(clinic_id) AS clinic,
        patient_id,
        min(first_time) AS first
    FROM vigie.case_ledger_of(case_id = {case_id:String})
    WHERE empty({clinics:Array(String)}) OR has({clinics:Array(String)}, clinic_id)
    GROUP BY GROUPING SETS ((patient_id), (clinic_id, patient_id))
)
GROUP BY level, clinic_id, bin
ORDER BY level, clinic_id, bin
