-- When the newest backup of this server ended, in seconds; 0 where it knows of none since its start.
SELECT toUnixTimestamp(max(end_time)) AS seconds
FROM system.backups
WHERE status = 'BACKUP_CREATED'
