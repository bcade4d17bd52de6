-- Tables that hold rows of their own, and how long they keep them: empty where for ever. That of the migrations is filled by them.
SELECT name, engine, extract(engine_full, ' TTL (.+?)(?: SETTINGS |$)') AS ttl
FROM system.tables
WHERE database = 'vigie' AND engine LIKE '%MergeTree' AND name != 'migrations'
ORDER BY name
