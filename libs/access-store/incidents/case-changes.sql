-- Every state of some incidents, as the scorer told them.
SELECT *
FROM vigie.incident_states
WHERE incident_id IN {incidents:Array(String)} OR merged_into IN {incidents:Array(String)}
ORDER BY version
