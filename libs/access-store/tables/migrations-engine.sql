-- The engine of the table of migrations; no row before the first was applied, or for whoever may not see it.
SELECT engine
FROM system.tables
WHERE database = 'vigie' AND name = 'migrations'
