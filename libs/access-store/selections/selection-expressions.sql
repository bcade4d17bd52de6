SELECT selection_id, expression
FROM vigie.selections FINAL
WHERE selection_id IN {ids:Array(String)}
ORDER BY selection_id
