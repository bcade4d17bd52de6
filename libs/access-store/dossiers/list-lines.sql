-- The lines of a list, whose digest is what was frozen, and behind each the keys and the controller.
SELECT
    clinic_id, patient_id, certainty, arrayStringConcat(categories, ','), first_time, last_time, accesses, arrayStringConcat(key_ids, ','), controller_id
FROM vigie.dossier_patients
WHERE snapshot_id = {snapshot_id:String}
ORDER BY clinic_id, patient_id
FORMAT TabSeparated
