SELECT controller_id, clinic_id, sum(unnamed) AS unnamed_records
FROM vigie.dossier_unnamed_of(case_id = {case_id:String}, scope_version = {scope_version:UInt32})
GROUP BY controller_id, clinic_id
