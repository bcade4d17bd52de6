-- The newest erasure of a subject that was begun and is not done.
SELECT *
FROM vigie.erasures FINAL
WHERE kind = {kind:String} AND subject_sha256 = {sha256:String} AND group_id = {group:String} AND state = 'begun'
ORDER BY begun_at DESC
LIMIT 1
