-- The list of a case as the lines of a frozen one: what is not frozen may have grown since it was counted, and no more is given than was counted.
SELECT
    clinic_id, patient_id, certainty, arrayStringConcat(categories, ','), first_time, last_time, accesses, arrayStringConcat(key_ids, ','), controller_id
FROM vigie.case_ledger_of(case_id = {case_id:String})
WHERE (empty({clinics:Array(String)}) OR has({clinics:Array(String)}, clinic_id))
    AND (empty({certainty:String}) OR certainty = {certainty:String})
ORDER BY clinic_id, patient_id
LIMIT {limit:UInt64}
FORMAT TabSeparated
