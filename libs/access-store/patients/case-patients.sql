-- A page of the patients of a case in order of clinic and pseudonym. A patient of two clinics stands there twice, once in each.
SELECT clinic_id, patient_id, certainty, categories, first_time, last_time, accesses
FROM vigie.case_ledger_of(case_id = {case_id:String})
WHERE (empty({clinics:Array(String)}) OR has({clinics:Array(String)}, clinic_id))
    AND (empty({certainty:String}) OR certainty = {certainty:String})
    AND (clinic_id, patient_id) > ({after_clinic:String}, {after_patient:String})
ORDER BY clinic_id, patient_id
LIMIT {limit:UInt32}
