-- Accounting: received, stored, set aside.
SELECT group_id, source, day, received, events, rows, quarantined, refused
FROM vigie.accounting
ORDER BY day DESC, group_id, source
