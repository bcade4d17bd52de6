-- Of which incidents a case is made.
CREATE VIEW IF NOT EXISTS vigie.case_incidents AS
SELECT incident_id AS case_id, incident_id, min(changed_at) AS linked_at, '' AS linked_by
FROM vigie.incident_states
GROUP BY incident_id;
