-- Accounting: received, stored, set aside.
SELECT group_id, source, day, events, rows, quarantined
FROM vigie.accounting
ORDER BY day DESC, group_id, source
