-- The migrations that were applied, with the checksum that each had.
SELECT name, checksum
FROM vigie.migrations FINAL
ORDER BY name
