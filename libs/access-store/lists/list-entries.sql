SELECT list_name, value, group_id, valid_from, valid_until, owner, reason
FROM vigie.lists
FINAL
WHERE empty({names:Array(String)}) OR list_name IN {names:Array(String)}
ORDER BY list_name, group_id, value
