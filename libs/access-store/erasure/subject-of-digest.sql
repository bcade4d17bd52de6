-- Whose digest it is, of all who are in the store: a record of an erasure has the digest alone.
SELECT DISTINCT name
FROM
(
    SELECT arrayJoin([patient_id, former_id]) AS name FROM vigie.access_rows WHERE {kind:String} = 'patient' AND ({group:String} = '' OR group_id = {group:String})
    UNION ALL
    SELECT patient_id FROM vigie.leak_samples WHERE {kind:String} = 'patient' AND ({group:String} = '' OR group_id = {group:String})
    UNION ALL
    SELECT value FROM vigie.lists WHERE {group:String} = '' OR group_id IN ('', {group:String})
    UNION ALL
    SELECT actor_id FROM vigie.access_rows WHERE {kind:String} = 'account' AND group_id = {group:String}
    UNION ALL
    SELECT actor_id FROM vigie.leak_findings WHERE {kind:String} = 'account' AND group_id = {group:String}
)
WHERE name != '' AND lower(hex(SHA256(name))) = {sha256:String}
LIMIT 1
