SELECT group_id, clinic_id, name, opened_at, closed_at, controller_id
FROM vigie.clinics
FINAL
ORDER BY group_id, clinic_id
