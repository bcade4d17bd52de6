-- The lines of a case in some clinics, of the patients of a stretch of pseudonyms: a page of a long list, for which the other patients are not read.
SELECT clinic_id, patient_id, certainty, categories, first_time, last_time, accesses
FROM vigie.case_ledger_part_of(case_id = {case_id:String}, clinics = {clinics:Array(String)}, after_patient = {after_patient:String}, upto_patient = {upto_patient:String})
WHERE empty({certainty:String}) OR certainty = {certainty:String}
ORDER BY clinic_id, patient_id
LIMIT {limit:UInt32}
