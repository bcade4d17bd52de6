-- Whose rows go by an erasure, or went a short while ago. One that looked for a patient in several groups names none.
SELECT DISTINCT subject_sha256 AS sha256
FROM vigie.erasures FINAL
WHERE (group_id = '' OR has({groups:Array(String)}, group_id)) AND (state = 'begun' OR updated_at > now() - INTERVAL 1 DAY)
