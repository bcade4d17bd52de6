-- Incidents of one id, of one case: asked for once. Written out at each of its ten places, the same subquery is planned and run at each, which is
-- most of what a list of a few patients costs; a scalar is evaluated once a query. Patients are kept of blocks alone, which nothing else asks for.
(
    SELECT
        incident.1 AS incident_id,
        incident.2 AS group_id,
        incident.3 AS subject_kind,
        incident.4 AS actor_id,
        incident.5 AS first_time,
        incident.6 AS last_time,
        incident.7 AS selections,
        incident.8 AS clinics,
        incident.9 AS block_patients
    FROM
    (
        SELECT arrayJoin(
            (
                SELECT groupArray((incident_id, group_id, subject_kind, actor_id, first_time, last_time, selections, clinics, if(subject_kind = 'id_block', block_patients, [])))
                FROM {{from}}
            )) AS incident
    )
)
