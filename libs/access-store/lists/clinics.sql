SELECT group_id, clinic_id, name, opened_at, closed_at, controller_id
FROM vigie.clinics
FINAL
WHERE of_file IN {of_file:Array(UInt8)}
ORDER BY group_id, clinic_id
