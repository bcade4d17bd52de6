SELECT group_id, clinic_id, name, opened_at, closed_at, controller_id
FROM vigie.clinics
FINAL
WHERE toString(of_file) IN {of_file:Array(String)}
ORDER BY group_id, clinic_id
