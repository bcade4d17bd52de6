-- Stored accesses as lines of a frame, in order of time. The text is put together here, in the order of the contract and without what is
-- absent: more than twice as fast as JSONEachRow, and nobody has to parse it again only to leave nulls out. Ids, actions, outcomes, kinds
-- and categories are words without anything to escape, by the contract.
SELECT line
FROM
(
    SELECT
        time,
        event_id,
        patient_id,
        group_id,
        actor_id,
        concat(
            '{"time":"', replaceOne(toString(time), ' ', 'T'), 'Z","group_id":', toJSONString(group_id), ',"actor_id":', toJSONString(actor_id),
            ',"patient_id":"', patient_id, '","clinic_id":', toJSONString(clinic_id), ',"action":"', action, '","outcome":"', outcome,
            '","event_id":"', event_id, '","source":', toJSONString(source),
            ',"received_at":"', replaceOne(toString(received_at), ' ', 'T'), 'Z"',
            if(actor_role = '', '', concat(',"actor_role":', toJSONString(actor_role))),
            if(actor_kind = '', '', concat(',"actor_kind":"', actor_kind, '"')),
            multiIf(privileged IS NULL, '', privileged, ',"privileged":true', ',"privileged":false'),
            if(record_count IS NULL, '', concat(',"record_count":', toString(assumeNotNull(record_count)))),
            if(empty(categories), '', concat(',"categories":["', arrayStringConcat(categories, '","'), '"]')),
            if(purpose = '', '', concat(',"purpose":', toJSONString(purpose))),
            multiIf(emergency IS NULL, '', emergency, ',"emergency":true', ',"emergency":false'),
            if(source_ip = '', '', concat(',"source_ip":', toJSONString(source_ip))),
            if(device = '', '', concat(',"device":', toJSONString(device))),
            if(user_agent = '', '', concat(',"user_agent":', toJSONString(user_agent))),
            if(session_id = '', '', concat(',"session_id":', toJSONString(session_id))),
            if(auth = '', '', concat(',"auth":', toJSONString(auth))),
            multiIf(mfa IS NULL, '', mfa, ',"mfa":true', ',"mfa":false'),
            if(application = '', '', concat(',"application":', toJSONString(application))),
            if(key_id = '', '', concat(',"key_id":', toJSONString(key_id))),
            if(former_id = '', '', concat(',"former_id":"', former_id, '"')),
            if(extra = '', '', concat(',"extra":', toJSONString(extra))),
            if(time_claimed IS NULL, '', concat(',"time_claimed":"', replaceOne(toString(assumeNotNull(time_claimed)), ' ', 'T'), 'Z"')),
            if(care_link = '', '', concat(',"care_link":"', care_link, '"')),
            multiIf(own_clinic IS NULL, '', own_clinic, ',"own_clinic":true', ',"own_clinic":false'),
            multiIf(new_network IS NULL, '', new_network, ',"new_network":true', ',"new_network":false'),
            multiIf(house_network IS NULL, '', house_network, ',"house_network":true', ',"house_network":false'),
            if(event_patients IS NULL, '', concat(',"event_patients":', toString(assumeNotNull(event_patients)))),
            '}'
        ) AS line
    FROM vigie.accesses
    WHERE {{account}}time > fromUnixTimestamp64Milli({from:Int64}, 'UTC') AND time <= fromUnixTimestamp64Milli({to:Int64}, 'UTC')
)
ORDER BY time, event_id, patient_id, group_id, actor_id
FORMAT TabSeparatedRaw
