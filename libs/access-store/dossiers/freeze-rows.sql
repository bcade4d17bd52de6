INSERT INTO vigie.dossier_patients
    (snapshot_id, group_id, controller_id, clinic_id, patient_id, certainty, categories, key_ids, first_time, last_time, accesses)
SELECT
    {snapshot_id:String}, {group:String}, controller_id, clinic_id, patient_id, certainty, categories, key_ids, first_time, last_time, accesses
FROM vigie.dossier_ledger_of(case_id = {case_id:String}, scope_version = {scope_version:UInt32})
WHERE controller_id = {controller:String}
