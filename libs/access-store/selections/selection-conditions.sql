SELECT selection_id, condition
FROM vigie.selections FINAL
WHERE selection_id IN {ids:Array(String)} AND condition != ''
ORDER BY selection_id
