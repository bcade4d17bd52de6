-- How many patients of a case were touched for the first time in each stretch of time: added up they are the figure of the case.
SELECT
    intDiv(toUnixTimestamp64Milli(first) - {from:Int64}, {bin:Int64}) AS bin,
    count() AS patients
FROM
(
    SELECT patient_id, min(first_time) AS first
    FROM vigie.case_ledger_of(case_id = {case_id:String})
    WHERE empty({clinics:Array(String)}) OR has({clinics:Array(String)}, clinic_id)
    GROUP BY patient_id
)
GROUP BY bin
ORDER BY bin
