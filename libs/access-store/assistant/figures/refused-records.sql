-- What was refused, and why.
SELECT source, step, reason, field, count() AS events, any(detail) AS example, max(received_at) AS last
FROM vigie.quarantine
GROUP BY source, step, reason, field
ORDER BY events DESC
