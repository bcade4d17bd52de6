-- What an incident's list has now, and when the newest access between its times came in.
SELECT
    (SELECT uniqExact(patient_id) FROM vigie.incident_patients_of(incident_id = {incident_id:String})) AS listed,
    (
        SELECT max(received_at)
        FROM vigie.accesses
        WHERE group_id = {group:String} AND {{subject}} = {actor:String}
            AND time >= parseDateTime64BestEffort({from:String}, 3, 'UTC') AND time <= parseDateTime64BestEffort({to:String}, 3, 'UTC')
    ) AS newest_received
