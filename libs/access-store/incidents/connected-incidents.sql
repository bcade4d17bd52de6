-- The incidents of cases whose ids begin so, and of those that were joined to them; at most 1,000.
SELECT DISTINCT case_id, member.incident_id AS incident_id
FROM vigie.case_states FINAL
ARRAY JOIN members AS member
WHERE startsWith(case_id, {prefix:String}) OR startsWith(joined_into, {prefix:String})
LIMIT 1000
