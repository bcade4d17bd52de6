-- The columns of tables and views that hold times, in their order; views that are being made anew are there under two names.
SELECT table, name
FROM system.columns
WHERE database = 'vigie' AND NOT startsWith(table, '_tmp_replace_') AND type LIKE 'DateTime%'
ORDER BY table, position
