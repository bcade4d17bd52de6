-- What an account did between two times beside what it did in the ninety days before: events, each once, with the values that are new to it.
WITH
    fromUnixTimestamp64Milli({from:Int64}, 'UTC') AS begin_at,
    fromUnixTimestamp64Milli({to:Int64}, 'UTC') AS end_at
SELECT
    countIf(inside) AS events,
    countIf(NOT inside) AS events_before,
    sumMapIf(map(one_action, 1), inside) AS actions,
    sumIf(named, inside) AS patients_named,
    countIf(inside AND second_factor = 'yes') AS with_mfa,
    countIf(inside AND second_factor = 'no') AS without_mfa,
    countIf(inside AND has_failed) AS failures,
    countIf(inside AND as_export) AS exports,
    groupUniqArrayIf({{most}})(clinic, inside) AS clinics,
    groupUniqArrayIf({{most}})(address, inside AND address != '') AS addresses,
    groupUniqArrayIf({{most}})(one_device, inside AND one_device != '') AS devices,
    groupUniqArrayIf({{most}})(agent, inside AND agent != '') AS user_agents,
    groupUniqArrayIf({{most}})(one_application, inside AND one_application != '') AS applications,
    uniqExactIf(session, inside AND session != '') AS sessions,
    groupUniqArrayIf({{most}})(clinic, NOT inside) AS clinics_before,
    groupUniqArrayIf({{most}})(address, NOT inside AND address != '') AS addresses_before,
    groupUniqArrayIf({{most}})(one_device, NOT inside AND one_device != '') AS devices_before,
    groupUniqArrayIf({{most}})(agent, NOT inside AND agent != '') AS user_agents_before,
    groupUniqArrayIf({{most}})(one_application, NOT inside AND one_application != '') AS applications_before,
    sumMapIf(map(hour, 1), inside) AS hours,
    sumMapIf(map(hour, 1), NOT inside) AS hours_before
FROM
(
    SELECT
        event_id,
        min(time) >= begin_at AS inside,
        any(toString(action)) AS one_action,
        uniqExactIf(patient_id, patient_id != '') AS named,
        any(multiIf(mfa IS NULL, '', mfa, 'yes', 'no')) AS second_factor,
        any(outcome = 'failure') AS has_failed,
        any(action IN ('export', 'print', 'download')) AS as_export,
        any(clinic_id) AS clinic,
        any(source_ip) AS address,
        any(device) AS one_device,
        any(user_agent) AS agent,
        any(application) AS one_application,
        any(session_id) AS session,
        toString(toHour(min(time), 'Europe/Paris')) AS hour
    FROM vigie.accesses
    WHERE group_id = {group:String} AND actor_id = {actor:String}
        AND time >= begin_at - INTERVAL 90 DAY AND time <= end_at
        AND (empty({clinics:Array(String)}) OR has({clinics:Array(String)}, clinic_id))
    GROUP BY event_id
)
