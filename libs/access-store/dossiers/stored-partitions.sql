SELECT DISTINCT topic, partition
FROM vigie.archive_batches
ORDER BY topic, partition
