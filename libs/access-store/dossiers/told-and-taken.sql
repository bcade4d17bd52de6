-- When somebody was first told of a case, when it was taken, and by which rules it was found.
SELECT
    (SELECT min(detected_at) FROM vigie.incident_latest WHERE incident_id IN {ids:Array(String)}) AS detected_at,
    (SELECT minOrNull(at) FROM vigie.notifications WHERE incident_id IN {ids:Array(String)} AND outcome = 'delivered') AS first_told_at,
    (SELECT minOrNull(acknowledged_at) FROM vigie.cases WHERE case_id = {case_id:String}) AS acknowledged_at,
    (SELECT arraySort(groupUniqArrayArray(arrayMap(one -> one.title, rule_matches))) FROM vigie.incident_latest WHERE incident_id IN {ids:Array(String)}) AS rules
