-- The tables, with the columns by which rows of each are one (a replacing table keeps one of those that agree in them), and whether a table has none at all.
SELECT name, sorting_key AS key, ifNull(total_rows = 0, false) AS is_empty
FROM system.tables
WHERE database = 'vigie'
