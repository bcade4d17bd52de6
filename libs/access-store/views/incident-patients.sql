-- Which patients an incident concerns, by definition: those of the accesses of its account, from its first to its last time, that its
-- selections select. Only accounts that have an incident are read, through the primary key. Merged and withdrawn ones list nobody.
CREATE VIEW vigie.{{view}} AS
SELECT
    incident_id,
    patient_id,
    clinic_id,
    min(time) AS first_time,
    max(time) AS last_time,
    uniqExact(event_id) AS accesses
FROM
{{accesses}}
WHERE time >= incident_from AND time <= incident_to AND hasAny(selected, incident_selections)
GROUP BY incident_id, patient_id, clinic_id
