-- The bytes of a list: its digest is what was frozen.
SELECT clinic_id, patient_id, certainty, arrayStringConcat(categories, ','), first_time, last_time, accesses{{more}}
FROM vigie.dossier_patients
WHERE snapshot_id = {snapshot_id:String}
ORDER BY clinic_id, patient_id
FORMAT TabSeparated
