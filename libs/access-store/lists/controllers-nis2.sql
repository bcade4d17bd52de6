SELECT group_id, controller_id, nis2
FROM vigie.controllers
FINAL
WHERE nis2 != 'none'
