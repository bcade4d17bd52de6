-- The columns by which rows of a table are one: a replacing table keeps one of those that agree in them.
SELECT sorting_key AS key
FROM system.tables
WHERE database = 'vigie' AND name = {table:String}
