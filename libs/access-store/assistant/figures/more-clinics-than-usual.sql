-- Accounts in more clinics than usual.
SELECT actor_id, day, clinics, usual
FROM
(
    SELECT actor_id, day, clinics, median(clinics) OVER (PARTITION BY actor_id) AS usual
    FROM (SELECT actor_id, toDate(time) AS day, uniqExact(clinic_id) AS clinics FROM vigie.accesses GROUP BY actor_id, day)
)
WHERE clinics > usual + 1
ORDER BY clinics DESC
LIMIT 50
