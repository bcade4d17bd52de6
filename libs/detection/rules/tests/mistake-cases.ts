import { accessRow } from '#libs/contracts/access-row.js';
import { anyOf } from '../text/mistakes.js';

/** Every way to be wrong that the loader knows, as a change of a right file: what is replaced, by what, at which line, and the answer. */

/** Every field of a row that may be asked, as a sentence offers them. */
export const everyField = anyOf(
  Object.keys(accessRow.shape)
    .filter((name) => !['received_at', 'key_id', 'former_id', 'time_claimed'].includes(name))
    .toSorted(),
);

export const event = `title: Access
name: access
logsource: {product: ehr}
detection:
  selection: {action: read}
  condition: selection
`;
export const correlation = `title: Many
id: 5b0f6f0e-1c1e-4f0e-9d0a-2d6a3f6f7a10
level: high
correlation:
  type: value_count
  rules: [access]
  group-by: [group_id, actor_id]
  timespan: 10m
  condition: {field: patient_id, gte: 40}
vigie:
  spread: {field: clinic_id, gte: 2}
  steps: [40, 400]
`;
/** The correlation lies before the event rule, so that its lines are those of the file. */
export const pack = `${correlation}---\n${event}`;
export const lists = new Map([
  ['vip', ['a.b', 'c*']],
  ['nets', ['10.0.0.1/8']],
]);

const absence =
  'only an absence can meet it, and an access that is missing cannot raise an incident: write a lower bound, gte or gt, too';
const types = 'value_count, event_count, value_sum, value_avg, value_median, value_percentile, temporal or temporal_ordered';

/** An alias that is not right, counted or grouped by where `used` names it. */
const aliases = (body: string, reason: string, used = ''): Case => [
  '  condition: {field: patient_id, gte: 40}\n',
  `  aliases: {${body}}\n  condition: {field: ${used || 'patient_id'}, gte: 40}\n`,
  9,
  reason,
];
const bounds = (text: string, reason: string): Case => [
  '{field: patient_id, gte: 40}', `{field: patient_id, ${text}}`, 9, reason,
]; // prettier-ignore

const percentile = 'percentile goes with value_percentile only: leave it away, or write type: value_percentile';
/** A condition over numbers that is not right. */
const summing = (condition: string, reason: string, type = 'value_sum'): Case => [
  'type: value_count\n  rules: [access]\n  group-by: [group_id, actor_id]\n  timespan: 10m\n  condition: {field: patient_id, gte: 40}',
  `type: ${type}\n  rules: [access]\n  group-by: [group_id, actor_id]\n  timespan: 10m\n  condition: ${condition}`, 9, reason,
]; // prettier-ignore

export type Case = readonly [replaced: string, by: string, line: number, reason: string];

// prettier-ignore
export const inCorrelations: readonly Case[] = [
  ['{field: patient_id, gte: 40}', '{field: outcome, gte: 4}', 9, 'outcome is success, failure or unknown, so that more than 3 different values are never counted: write a lower number, or count another field'],
  ['{field: patient_id, gte: 40}', '{field: [outcome, actor_kind], gt: 9}', 9, 'outcome and actor_kind hold some words only, so that more than 9 different values are never counted: write a lower number, or count another field'],
  ['{field: clinic_id, gte: 2}', '{field: actor_kind, gte: 4}', 11, 'actor_kind is human, service or vendor, so that more than 3 different values are never counted: write a lower number, or count another field'],
  ['level: high', 'level: urgent', 3, 'level is informational, low, medium, high or critical, not "urgent"'],
  ['level: high\n', '', 1, 'level is missing: a rule that raises incidents says informational, low, medium, high or critical'],
  ['title: Many', 'title: ""', 1, 'title must be a text that is not empty'],
  ['title: Many\n', '', 1, 'title is missing: say in a few words what the rule finds'],
  ['id: 5b0f6f0e-1c1e-4f0e-9d0a-2d6a3f6f7a10', 'id: 17', 2, 'id must be a UUID, not "17": make one with uuidgen'],
  ['id: 5b0f6f0e-1c1e-4f0e-9d0a-2d6a3f6f7a10\n', '', 1, 'id and name are missing: give at least one, so that the rule can be referred to'],
  ['level: high', 'level: high\nname: a b', 4, 'name must be letters from A to Z, digits, _, - and ., and begin with a letter or _, not "a b"'],
  ['level: high', 'level: high\nstatus: final', 4, 'status is stable, test, experimental, deprecated or unsupported, not "final"'],
  ['level: high', 'level: high\ndate: 23.11.2026', 4, 'date is a day of the calendar, written as 2026-11-23, not "23.11.2026"'],
  ['level: high', 'level: high\ndate: 2026-02-31', 4, 'date is a day of the calendar, written as 2026-11-23, not "2026-02-31"'],
  ['level: high', 'level: high\nmodified: 2026-11/23', 4, 'modified is a day of the calendar, written as 2026-11-23, not "2026-11/23"'],
  ['title: Many', `title: ${'x'.repeat(257)}`, 1, 'the title has 257 characters, more than 256: it stands in every notification, put the rest into description'],
  ['level: high', 'level: high\nreferences: https://example.org', 4, 'references must be a list of texts: write references: [...]'],
  ['level: high', 'level: high\nfalsepositives: none', 4, 'falsepositives must be a list of texts: write falsepositives: [...]'],
  ['level: high', 'level: high\nauthor: [a, b]', 4, 'author must be a text that is not empty'],
  ['level: high', 'level: high\nrelated: [{id: a, type: similar}]', 4, 'related is not taken, it says nothing of accesses: leave it away, or write it into description'],
  ['level: high', 'level: high\ntaxonomy: sigma', 4, 'taxonomy is not taken, the names of fields are those of an access: leave it away'],
  ['level: high', 'level: high\ngenerate: false', 4, 'generate belongs under correlation: move it there'],
  ['level: high', 'level: high\nsteps: [4]', 4, 'steps belongs into the map vigie: write vigie: {steps: ...}'],
  ['timespan: 10m', 'timespan: 10m\n  level: low', 9, 'level belongs to the root of the document, beside correlation: move it there'],
  ['timespan: 10m', 'timespan: 10m\n  spread: {}', 9, 'spread belongs into the map vigie: write vigie: {spread: ...}'],
  ['rules: [access]', 'rules: [ACCESS]', 6, 'rules names "ACCESS", which is the name or id of no rule: write access, since upper and lower case are told apart'],
  ['level: high', 'level: high\ndate: 2026/11/23', 4, 'date is a day of the calendar, written as 2026-11-23, not "2026/11/23"'],
  ['level: high', 'level: high\ntags: [attack.t1078, Exfiltration]', 4, 'a tag is a namespace, a dot and a name in small letters, such as attack.t1078, not "Exfiltration"'],
  ['level: high', 'level: high\ntags: {a: b}', 4, 'tags must be a list of texts: write tags: [...]'],
  ['level: high', 'level: high\nseverity: 3', 4, 'severity is called level: write level'],
  ['level: high', 'level: high\nLevel: low', 4, 'unknown key "Level": write level'],
  ['level: high', 'level: high\nowner: a', 4, 'owner belongs into the map vigie: write vigie: {owner: ...}'],
  ['level: high', 'level: high\nversion: 3', 4, 'unknown key "version" in a correlation: known are title, id, name, status, level, description, tags, falsepositives, references, author, date, modified, license, correlation and vigie'],
  ['level: high', 'level: high\ndetection: {a: b}', 4, 'a document is either an event rule (detection) or a correlation: separate them with ---'],
  ['level: high', 'level: high\nlogsource: {product: ehr}', 4, 'logsource belongs into the event rules that the correlation refers to'],
  ['  type: value_count\n', '', 5, `type is missing: write ${types}`],
  ['type: value_count', 'type: event_count', 9, 'field goes with value_count, value_sum and their like only: leave it away, or write type: value_count'],
  ['type: value_count', 'type: temporal', 9, 'field goes with value_count, value_sum and their like only: leave it away, or write type: value_count'],
  ['type: value_count', 'type: temporal_ordered', 9, 'condition asks for 40 rules and rules names 1: it could never hold'],
  ...['value_sum', 'value_avg', 'value_median'].map((type): Case => ['type: value_count', `type: ${type}`, 9, '"patient_id" holds no numbers: write record_count, or count its values with value_count']),
  ['type: value_count', 'type: value_percentile', 9, 'value_percentile does not say which: write percentile: 95 in condition'],
  summing('{gte: 40}', 'value_sum needs a field that holds numbers: write field: record_count in condition'),
  summing('{field: [record_count, patient_id], gte: 40}', 'value_sum takes the numbers of one field: write field: record_count in condition'),
  summing('{field: records, gte: 40}', 'unknown field "records": write record_count'),
  summing('{field: record_count, lt: 40}', `lt alone is not taken: ${absence}`),
  summing('{field: record_count, gte: 2.5}', 'gte of condition must be a whole number from 0 to 100000000, not "2.5"'),
  summing('{field: record_count, gte: 0}', 'gte: 0 is not taken: it always holds, write 1 or more'),
  summing('{field: record_count, gte: 5, percentile: 5}', percentile),
  summing('{field: record_count, gte: 0}', 'gte: 0 is not taken: it always holds, write 1 or more', 'value_avg'),
  summing('{field: record_count, gt: 5, lt: 5}', 'no number meets condition: the bounds leave nothing between them', 'value_avg'),
  summing('{field: record_count, gte: 5, lt: 5}', 'no number meets condition: the bounds leave nothing between them', 'value_avg'),
  summing('{field: record_count, gt: 4, lt: 5}', 'no number meets condition: the bounds leave nothing between them', 'value_median'),
  summing('{field: record_count, gt: -1}', 'gt of condition must be a number from 0 to 100000000, not "-1"', 'value_avg'),
  summing('{field: record_count, gte: 2.5}', 'gte of condition must be a whole number from 0 to 100000000, not "2.5"', 'value_median'),
  summing('{field: record_count, percentile: 101, gte: 5}', 'percentile must be a whole number from 1 to 100, not "101"', 'value_percentile'),
  summing('{field: record_count, percentile: 0, gte: 5}', 'percentile must be a whole number from 1 to 100, not "0"', 'value_percentile'),
  ['type: value_count', 'type: near', 5, `unknown type "near": write ${types}`],
  ['timespan: 10m', 'timespan: 10m\n  window: sliding', 9, 'unknown key "window" in correlation: known are type, rules, group-by, timespan, condition, generate and aliases'],
  ['timespan: 10m', 'timespan: 10m\n  timeframe: 5m', 9, 'timeframe is the old name: write timespan'],
  ['timespan: 10m', 'timespan: 10m\n  group_by: actor_id', 9, 'write group-by with a hyphen'],
  ['timespan: 10m', 'timespan: 10m\n  generate: true', 15, 'level is missing: a correlation asks with generate for incidents of this event rule too'],
  ['timespan: 10m', 'timespan: 10m\n  generate: maybe', 9, 'generate is true or false'],
  ['timespan: 10m', 'timespan: 10m\n  field: patient_id', 9, 'field belongs into condition: write condition: {field: patient_id, gte: 40}'],
  aliases('a: {access: device}', 'the alias "a" is not used: name it in group-by, field or spread, or delete it'),
  aliases('device: {access: source_ip}', 'the alias "device" is the name of a field, so it could mean either: give it another name'),
  aliases('a b: {access: device}', 'an alias is letters from A to Z, digits, _ and -, and begins with a letter or _, not "a b"'),
  aliases('a: device', 'the alias "a" must be a map from each rule to the field that stands for it there'),
  aliases('a: {}', 'the alias "a" must be a map from each rule to the field that stands for it there'),
  aliases('a: {access: [device]}', 'access must be a text that is not empty'),
  aliases('a: {acess: device, access: device}', 'the alias "a" maps "acess", which rules does not name: correct it', 'a'),
  aliases('a: {acess: device}', 'the alias "a" does not say which field stands for it in "access": an alias maps every rule of rules', 'a'),
  aliases('a: {access: mfa}', 'distinct values of text fields are counted, and "mfa" is none: count patient_id, clinic_id or event_id', 'a'),
  aliases('a: {access: actor_id}', 'actor_id is the same in everything that is counted together: name another field', 'a'),
  aliases('a: {access: devise}', 'unknown field "devise": write device', 'a'),
  ['rules: [access]', 'rules: []', 6, 'rules is empty: name the event rules whose accesses are counted'],
  ['  rules: [access]\n', '', 5, 'rules is missing: name the event rules whose accesses are counted'],
  ['rules: [access]', 'rules: [access, acess]', 6, 'rules names "acess", which is the name or id of no rule: correct it or add that event rule'],
  ['rules: [access]', 'rules: [access, access]', 6, 'rules names "access" twice: name it once'],
  ['rules: [access]', 'rules: [access, 5b0f6f0e-1c1e-4f0e-9d0a-2d6a3f6f7a10]', 6, 'rules names "Many", which in the end looks at this rule itself: break the circle'],
  ['rules: [access]', 'rules: {a: b}', 6, 'rules must be a text or a list of texts'],
  ['  group-by: [group_id, actor_id]\n', '', 5, 'group-by is missing: write group-by: [group_id, actor_id]'],
  ['[group_id, actor_id]', 'clinic_id', 7, 'group-by must hold group_id and actor_id, or group_id and one of source_ip, device, session_id, id_block or clinic_id: an incident belongs to one account, or to one of these, of one group'],
  ['[group_id, actor_id]\n  timespan: 10m\n  condition: {field: patient_id, gte: 40}', '[group_id, id_block]\n  timespan: 10m\n  condition: {field: actor_id, lte: 40, gte: 3}', 5, 'group-by id_block goes with what more accesses can only raise: give a count a lower bound alone, since no store can be asked what memory has let go of'],
  ['[group_id, actor_id]', '[group_id, device, source_ip]', 7, 'group-by names source_ip and device without actor_id, and an incident belongs to one of them: keep one'],
  ['[group_id, actor_id]', '[group_id, device, device_id]', 7, 'unknown field "device_id": write device'],
  ['[group_id, actor_id]', '[group_id, actor_id, actor_id]', 7, 'group-by names actor_id twice: name it once'],
  ['[group_id, actor_id]', '[group_id, actorId]', 7, 'unknown field "actorId": write actor_id'],
  ['[group_id, actor_id]', '[group_id, actor_id, mfa]', 7, 'group-by takes text fields, and mfa is none'],
  ['[group_id, actor_id]', '[group_id, actor_id, patient_id]', 5, 'patient_id is in group-by and counted: within one group it has one value, so count another field'],
  ['  timespan: 10m\n', '', 5, 'timespan is missing: write one such as 10m, 1h or 24h'],
  ['timespan: 10m', 'timespan: 10min', 8, '"10min" is no timespan: write a whole number and s, m, h, d or w, such as 10m'],
  ['timespan: 10m', 'timespan: 0m', 8, '"0m" is no timespan: write a whole number and s, m, h, d or w, such as 10m'],
  ['timespan: 10m', 'timespan: 10M', 8, '"10M" is no timespan: write a whole number and s, m, h, d or w, such as 10m'],
  ['timespan: 10m', 'timespan: 600', 8, '"600" is no timespan: write a whole number and s, m, h, d or w, such as 10m'],
  ['timespan: 10m', 'timespan: 401d', 8, 'the timespan 401d is longer than 400d, the longest window that is kept: write a shorter one'],
  ['  condition: {field: patient_id, gte: 40}\n', '', 5, 'condition is missing: write condition: {field: patient_id, gte: 40}'],
  ['{field: patient_id, gte: 40}', 'access and access', 9, 'condition must be a map such as {field: patient_id, gte: 40}: a condition as text goes with temporal only'],
  ['{field: patient_id, gte: 40}', '{gte: 40}', 9, 'value_count counts distinct values of a field: write field: patient_id in condition'],
  ['{field: patient_id, gte: 40}', '{field: [], gte: 40}', 9, 'value_count counts distinct values of a field: write field: patient_id in condition'],
  ['{field: patient_id, gte: 40}', '{field: patient, gte: 40}', 9, 'unknown field "patient": write patient_id'],
  ['{field: patient_id, gte: 40}', '{field: [patient_id, patient_id], gte: 40}', 9, 'field names patient_id twice: name it once'],
  ['{field: patient_id, gte: 40}', '{field: categories, gte: 4}', 9, 'distinct values of text fields are counted, and "categories" is none: count patient_id, clinic_id or event_id'],
  ['{field: patient_id, gte: 40}', '{field: patient_id}', 9, 'condition has no threshold: write gte or gt with a number'],
  ['{field: patient_id, gte: 40}', '{field: patient_id, gte: 0}', 9, 'gte: 0 is not taken: it always holds, write 1 or more'],
  ['{field: patient_id, gte: 40}', '{field: patient_id, gte: "40"}', 9, 'gte of condition must be a whole number from 0 to 100000000, not "40", a text: leave the quotation marks away'],
  ['{field: patient_id, gte: 40}', '{field: patient_id, gt: -1}', 9, 'gt of condition must be a whole number from 0 to 100000000, not "-1"'],
  ['{field: patient_id, gte: 40}', '{field: patient_id, gte: 40, gt: 39}', 9, 'condition has gte and gt: keep one'],
  bounds('lt: 4', `lt alone is not taken: ${absence}`),
  bounds('lte: 4', `lte alone is not taken: ${absence}`),
  bounds('lte: 4, neq: 2', `lte alone is not taken: ${absence}`),
  bounds('eq: 0', `eq: 0 is not taken: ${absence}`),
  bounds('gte: 0, lt: 9', 'gte: 0 is not taken: it always holds, write 1 or more'),
  bounds('gte: 5, lt: 5', 'no number meets condition: the bounds leave nothing between them'),
  bounds('gt: 4, lt: 5', 'no number meets condition: the bounds leave nothing between them'),
  bounds('gte: 5, lte: 5, neq: 5', 'no number meets condition: the bounds leave nothing between them'),
  bounds('lte: 4, lt: 5', 'condition has lte and lt: keep one'),
  bounds('eq: 4, gte: 2', 'eq already names the one number: leave the other operators away'),
  bounds('gte: 4, lte: [5]', 'lte of condition must be a whole number from 0 to 100000000, not a list'),
  ['{field: patient_id, gte: 40}', '{field: patient_id, gte: 40, percentile: 95}', 9, percentile],
  ['{field: patient_id, gte: 40}', '{field: patient_id, gte: 40, every: 2}', 9, 'unknown key "every" in condition: known are field, gt, gte, lt, lte, eq and neq'],
  ['steps: [40, 400]', 'steps: [40, 400, 400]', 12, 'steps must ascend: 400 follows 400'],
  ['steps: [40, 400]', 'steps: [400, 40]', 12, 'steps must ascend: 40 follows 400'],
  ['steps: [40, 400]', 'steps: []', 12, 'steps must be a list of 1 to 32 numbers such as [40, 400, 4000]'],
  ['steps: [40, 400]', 'steps: [4.5]', 12, 'a step must be a whole number from 1 to 100000000, not "4.5"'],
  ['{field: clinic_id, gte: 2}', '{field: clinic_id, gte: 1}', 11, 'spread with gte: 1 always holds: write 2 or more, or leave spread away'],
  ['{field: clinic_id, gte: 2}', '{field: clinic_id, gte: -2}', 11, 'gte of spread must be a whole number from 2 to 100000000, not "-2"'],
  ['{field: clinic_id, gte: 2}', '{field: clinic_id}', 11, 'spread has no gte: write spread: {field: clinic_id, gte: 2}'],
  ['{field: clinic_id, gte: 2}', '{gte: 2}', 11, 'spread has no field: write spread: {field: clinic_id, gte: 2}'],
  ['{field: clinic_id, gte: 2}', '{field: mfa, gte: 2}', 11, 'distinct values of text fields are counted, and "mfa" is none: count patient_id, clinic_id or event_id'],
  ['{field: clinic_id, gte: 2}', '{field: actor_id, gte: 2}', 5, 'actor_id is in group-by and counted: within one group it has one value, so count another field'],
  ['{field: clinic_id, gte: 2}', '{field: clinic_id, gte: 2, lt: 9}', 11, 'lt is not taken in spread: write gte'],
  ['{field: clinic_id, gte: 2}', 'clinic_id', 11, 'spread must be a map'],
  ['  steps: [40, 400]', '  stairs: [1]', 12, 'unknown key "stairs" in vigie: known are spread, steps, attack, runbook, dormant, allowed_lateness, habit, habit_days and cases'],
  ['  steps: [40, 400]', '  habit: {scale: volume}', 12, 'habit has no weight, its share of the budget: write habit: {weight: 0.1, scale: volume}'],
  ['  steps: [40, 400]', '  habit: {weight: 0, scale: volume}', 12, 'weight: 0 is not taken: a rule without a share of the budget never holds, leave habit away'],
  ['  steps: [40, 400]', '  habit: {weight: 2, scale: volume}', 12, 'weight of habit must be a number from 0 to 1, not "2"'],
  ['  steps: [40, 400]', '  habit: {weight: 0.1}', 12, 'habit has no scale: write habit: {weight: 0.1, scale: volume}, or scale: rare for what is mostly zero'],
  ['  steps: [40, 400]', '  habit: {weight: 0.1, scale: big}', 12, 'scale of habit must be volume, rare or own, not "big"'],
  ['  steps: [40, 400]', '  habit: {weight: 0.1, scale: rare, floor: 3}', 12, 'unknown key "floor" in habit: known are weight, scale, own, excuses and programs'],
  ['  steps: [40, 400]', '  habit: {weight: 0.1, scale: rare, own: 0.1}', 12, 'own of habit goes with scale: volume only: what is mostly zero has no spread of its own'],
  ['  steps: [40, 400]', '  habit: {weight: 0.1, scale: own, own: 0.1}', 12, 'own of habit goes with scale: volume only: with scale: own all of its weight is for own days'],
  ['  steps: [40, 400]', '  habit: {weight: 0.1, scale: volume, own: 0}', 12, 'own: 0 is not taken: without a share of the budget own days are not compared, leave it away'],
  ['  steps: [40, 400]', '  habit: 0.1', 12, 'habit must be a map'],
  ['  steps: [40, 400]', '  habit: {weight: 0.1, scale: rare, excuses: nobody}', 12, 'excuses is true or left away'],
  ['  steps: [40, 400]', '  habit: {weight: 0.1, scale: rare, programs: some}', 12, 'programs is true or left away'],
  ['  steps: [40, 400]', '  habit: {weight: 0.1, scale: own, programs: true}', 12, 'programs have a measure of their own: leave own away, and write scale: volume or scale: rare'],
  ['  steps: [40, 400]', '  habit: {weight: 0.1, scale: own, excuses: true}', 12, 'excuses goes with what peers do: leave own away, and write scale: volume or scale: rare'],
  ['  steps: [40, 400]', '  habit_days: yes please', 12, 'habit_days is true or left away'],
  ['  steps: [40, 400]', '  time_zone: UTC', 12, 'time_zone belongs into the vigie map of an event rule, where hour and day are asked'],
  ['  steps: [40, 400]', '  expires: 2027-01-31', 12, 'expires belongs into the vigie map of a filter'],
  ['  steps: [40, 400]', '  dormant: 5m', 12, 'dormant is shorter than timespan: an account sleeps longer than it is watched'],
  ['  steps: [40, 400]', '  dormant: long', 12, '"long" is no timespan: write a whole number and s, m, h, d or w, such as 10m'],
  ['  steps: [40, 400]', '  dormant: 500d', 12, 'the dormant 500d is longer than 400d, the longest that is kept: write a shorter one'],
  ['  steps: [40, 400]', '  allowed_lateness: 8d', 12, 'the allowed_lateness 8d is longer than 7d, a later access is judged again from the store anyway: write a shorter one'],
  ['  steps: [40, 400]', '  attack: [T1078, 1213]', 12, '"1213" is no ATT&CK technique: write one such as T1078 or T1078.002'],
  ['  steps: [40, 400]', '  runbook: ../../etc/passwd', 12, 'runbook must be the path of a .md file in this repository, not "../../etc/passwd"'],
  ['  steps: [40, 400]', '  runbook: https://example.org/a.md', 12, 'runbook must be the path of a .md file in this repository, not "https://example.org/a.md"'],
];
