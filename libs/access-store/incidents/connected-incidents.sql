-- The incidents of cases whose ids begin so, and of those that were joined to them; at most 1,000. One that no console has folded yet is a
-- case of its own.
SELECT DISTINCT case_id, member.incident_id AS incident_id
FROM vigie.case_states FINAL
ARRAY JOIN members AS member
WHERE startsWith(case_id, {prefix:String}) OR startsWith(joined_into, {prefix:String})
LIMIT 1000
UNION ALL
SELECT incident_id AS case_id, incident_id
FROM vigie.incidents
WHERE startsWith(incident_id, {prefix:String})
    AND incident_id NOT IN (SELECT arrayJoin(members.incident_id) FROM vigie.case_states)
LIMIT 1000
