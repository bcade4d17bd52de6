-- An account beside those of its role: patients of each in the period, and on its fullest day.
WITH
(
    SELECT argMax(actor_role, time)
    FROM vigie.accesses
    WHERE group_id = {group:String} AND actor_id = {actor:String} AND time <= fromUnixTimestamp64Milli({to:Int64}, 'UTC')
        -- Of an account that never worked in the clinics that count, nothing is said: not its role either.
        AND (empty({clinics:Array(String)}) OR has({clinics:Array(String)}, clinic_id))
) AS own_role
SELECT
    own_role AS role,
    count() AS accounts,
    quantilesExact(0.5, 0.9, 0.99)(in_all) AS patients_quantiles,
    quantilesExact(0.5, 0.9, 0.99)(on_fullest) AS fullest_quantiles,
    max(own_patients) AS patients,
    max(own_fullest) AS fullest,
    countIf(in_all > own_patients) + 1 AS patients_rank,
    countIf(on_fullest > own_fullest) + 1 AS fullest_rank
FROM
(
    SELECT *, max(if(is_it, in_all, 0)) OVER () AS own_patients, max(if(is_it, on_fullest, 0)) OVER () AS own_fullest
    FROM
    (
        SELECT actor_id, actor_id = {actor:String} AS is_it, max(of_all) AS in_all, max(of_day) AS on_fullest
        FROM
        (
            SELECT
                actor_id,
                if(grouping(day) = 1, uniqExactIf(patient_id, patient_id != ''), 0) AS of_all,
                if(grouping(day) = 0, uniqExactIf(patient_id, patient_id != ''), 0) AS of_day
            FROM
            (
                SELECT actor_id, patient_id, toDate(time, 'Europe/Paris') AS day
                FROM vigie.accesses
                WHERE group_id = {group:String} AND actor_role = own_role
                    AND time > fromUnixTimestamp64Milli({from:Int64}, 'UTC') AND time <= fromUnixTimestamp64Milli({to:Int64}, 'UTC')
                    AND (empty({clinics:Array(String)}) OR has({clinics:Array(String)}, clinic_id))
            )
            GROUP BY GROUPING SETS ((actor_id), (actor_id, day))
        )
        GROUP BY actor_id
    )
)
