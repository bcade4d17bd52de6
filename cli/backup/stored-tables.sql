-- Tables that hold rows of their own. That of the migrations is filled by them.
SELECT name, engine
FROM system.tables
WHERE database = 'vigie' AND engine LIKE '%MergeTree' AND name != 'migrations'
ORDER BY name
