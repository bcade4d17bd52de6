-- Which values the accesses have that an incident counts, one more of each field than is asked for where there are more.
SELECT
    groupUniqArray({{most}})(one_clinic) AS clinic_id,
    groupUniqArray({{most}})(one_action) AS action,
    groupUniqArray({{most}})(one_application) AS application
FROM
(
    SELECT clinic_id AS one_clinic, toString(action) AS one_action, ifNull(toString(application), '') AS one_application
    FROM vigie.accesses
    WHERE group_id = {group:String} AND {{subject}} = {actor:String}
        AND time >= fromUnixTimestamp64Milli({from:Int64}, 'UTC') AND time <= fromUnixTimestamp64Milli({to:Int64}, 'UTC')
        AND ({{selected}}
    )
)
