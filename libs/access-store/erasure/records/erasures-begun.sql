-- Erasures that were begun and are not done, the oldest first.
SELECT *
FROM vigie.erasures FINAL
WHERE state = 'begun'
ORDER BY begun_at, erasure_id
