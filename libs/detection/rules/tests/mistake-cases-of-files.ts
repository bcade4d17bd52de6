import { correlation, event, pack } from './mistake-cases.js';

/** Ways to be wrong that need a whole file, or several documents: what, the file, the line, and the answer. */

/** Documents that do not fit together; the line is that of the second. */
const around = (documents: readonly string[]): string => [event, ...documents].join('---\n');
const counting = (name: string, body: string, rest = ''): string =>
  `title: ${name}\nname: ${name}\nlevel: low\n${rest}correlation:\n  group-by: [group_id, actor_id]\n  timespan: 1h\n  ${body}\n`;
const inner = counting('inner', 'type: event_count\n  rules: access\n  condition: {gte: 2}');
const habit = 'habit: {weight: 0.1, scale: rare}';
const filter = (body: string, vigie = 'expires: 2027-01-31, owner: dpo, reason: migration'): string =>
  `title: Except\nname: except\nfilter: {${body}}\nvigie: {${vigie}}\nlogsource: {product: ehr}\n`;
const right = 'rules: access, x: {actor_id: a}, condition: not x';
const inFilter = (what: string, body: string, reason: string, line = 3): (typeof wholeFiles)[number] => [
  what, `${filter(body)}---\n${pack}`, line, reason,
]; // prettier-ignore
const answer = (vigie: string, reason: string): (typeof wholeFiles)[number] => [
  `a filter with ${vigie || 'nobody behind it'}`, `${filter(right, vigie)}---\n${pack}`, 4, reason,
]; // prettier-ignore

/** A right file that uses all of the language. */
export const everything = [
  event,
  event.replaceAll('access', 'export').replace('read', 'export').replace('Access', 'Export'),
  `title: Inner
name: inner
correlation:
  type: value_count
  rules: [access, export]
  group-by: [group_id, actor_id, where]
  aliases: {where: {access: device, export: source_ip}}
  timespan: 1h
  condition: {field: [patient_id, clinic_id], gte: 3, lt: 1000, neq: 7}
vigie: {spread: {field: clinic_id, gte: 2}, allowed_lateness: 2h}
`,
  `title: Outer
name: outer
level: high
correlation:
  type: temporal
  rules: [inner, export]
  group-by: [group_id, actor_id, at]
  aliases: {at: {inner: where, export: device}}
  timespan: 1d
  condition: {gte: 2}
  generate: false
vigie: {steps: [1, 10], attack: [T1078]}
`,
  counting('ordered', 'type: temporal_ordered\n  rules: [access, export, outer]'),
  counting(
    'asleep',
    'type: event_count\n  rules: access\n  condition: {gt: 4}',
    'vigie:\n  dormant: 30d\n  cases:\n    - {name: a, fires: true, patients: 2, start: 2026-01-05, lists: {vip: [x]}, events: [{at: 1m, times: 5, every: 3s, patient_id: "p{n}", clinic_id: [c1, c2], mfa: true}]}\n',
  ),
  counting('usual', 'type: value_sum\n  rules: access\n  condition: {field: record_count, gte: 40}', `vigie: {${habit}}\n`),
  counting(
    'days',
    'type: value_count\n  rules: access\n  condition: {field: patient_id, gte: 20}',
    'vigie: {habit_days: true}\n',
  ),
  `title: Except\nname: except\nlogsource: {product: ehr}\nfilter:\n  rules: [access, outer]\n  x: {actor_id|expand: '%vip%', time|hour: 3}\n  condition: not x\nvigie: {expires: 2027-01-31T10:00:00+01:00, owner: dpo, reason: migration, time_zone: UTC}\n`,
].join('---\n');

const day =
  'expires is a day such as 2027-01-31 (it ends as that day begins in UTC) or an instant such as 2027-01-31T18:00:00+01:00';

// prettier-ignore
export const wholeFiles: readonly (readonly [what: string, text: string, line: number, reason: string])[] = [
  ['a tab as indentation', 'title: a\ndetection:\n\tb: c\n', 3, 'not valid YAML: Tabs are not allowed as indentation; write blanks'],
  ['a key twice', `title: a\n${event}`, 2, 'the key "title" stands twice in one map: keep one'],
  ['an alias', 'a: &x [b]\nc: *x\n', 1, "&x is an anchor to YAML, and anchors are not taken: put a text in quotes, such as '&x', or write the value out where it is used"],
  ['a pattern without quotes', event.replace('action: read', 'device: *lab'), 5, "*lab is an alias to YAML, and aliases are not taken: put a pattern in quotes, such as '*lab', or write the value out"],
  ['a list without quotes', event.replace('action: read', 'device|expand: %vip%'), 5, "not valid YAML: Plain value cannot start with directive indicator character %; a text that begins with a sign stands in quotes, such as '%list%'"],
  ['a star without quotes', event.replace('read', '*'), 5, "not valid YAML: Alias cannot be an empty string; a pattern stands in quotes, such as '*'"],
  ['a backslash in double quotes', event.replace('{action: read}', '\n    actor_id: "CLINIC\\Users"'), 6, String.raw`not valid YAML: Invalid escape sequence \Users"; a backslash stands as it is between single quotes, such as 'CLINIC\anna'`],
  ['an apostrophe in single quotes', event.replace('{action: read}', "\n    purpose: 'l'audit'"), 6, "not valid YAML: Unexpected scalar at node end; an apostrophe between single quotes stands twice, such as 'l''audit'"],
  ['no blank behind a colon', event.replace('{action: read}', '\n    action: read\n    device:x'), 7, 'not valid YAML: Implicit map keys need to be followed by map values; a colon and a blank stand behind a key, a hyphen and a blank before a value of a list'],
  ['no blank behind the only colon', event.replace('{action: read}', '\n    action:read'), 5, 'unknown field "action:read": a colon and a plain blank stand behind a key, write action: read'],
  ['blanks that are none to YAML', event.replace('  condition', '\u00a0\u00a0condition'), 6, 'the line begins with a blank that is none to YAML, such as a no-break space (U+00A0), which looks like one: write plain blanks'],
  ['a switch', `enabled: false\n${event}`, 1, 'enabled switches no rule off, since nobody would see that it finds nothing: take the document out of the folder, or write a filter that ends'],
  ['an unknown tag', 'title: !thing a\n', 1, "not valid YAML: Unresolved tag: !thing; a text that begins with a sign stands in quotes, such as '%list%'"],
  ['a list at the root', '---\n- a\n', 2, 'a document must be a map with title, id and detection or correlation'],
  ['a document without detection', 'title: a\n', 1, 'a document needs detection (an event rule), correlation or filter'],
  inFilter('a filter of an unknown rule', right.replace('access', 'acess'), 'rules names "acess", which is the name or id of no rule: correct it or add that event rule'),
  inFilter('a filter of a filter', right.replace('access', 'except'), 'rules names "except", which is a filter: name event rules or correlations'),
  inFilter('a filter of everything', right.replace('access', 'any'), 'any is not taken: an exception names the rules that it weakens, so that its reach can be seen'),
  inFilter('a filter of nothing', right.replace('access', '[]'), 'rules is empty, so the filter would do nothing: name rules'),
  inFilter('a filter without rules', 'x: {actor_id: a}, condition: not x', 'rules is missing: name the event rules or correlations that the filter is for'),
  inFilter('a filter that names a rule twice', right.replace('access', '[access, access]'), 'rules names "access", a rule that it has named already: name it once'),
  inFilter('a filter without condition', 'rules: access, x: {actor_id: a}', 'filter has no condition: write condition: not selection'),
  inFilter('a filter with an unused entry', `y: {actor_id: b}, ${right}`, '"y" is not used by the condition: use it or delete it'),
  inFilter('a filter with an unknown name', right.replace('not x', 'not y'), 'the condition is not valid: it names "y", which filter does not hold; there is x'),
  inFilter('a filter with an unknown field', right.replace('actor_id', 'actor'), 'unknown field "actor": write actor_id'),
  ['a filter with a level', `${filter(right)}level: low\n---\n${pack}`, 6, 'a filter raises nothing: leave level away'],
  ['a filter for other logs', `${filter(right).replace('product: ehr', 'product: windows')}---\n${pack}`, 5, 'product must be ehr, not "windows": rules for other logs do not fit accesses to patient records'],
  ['a filter without vigie', `title: a\nname: a\nfilter: {${right}}\n---\n${pack}`, 1, 'vigie is missing: an exception says expires, owner and reason, so that it ends and somebody answers for it'],
  answer('owner: dpo, reason: migration', 'expires is missing: an exception says expires, owner and reason'),
  answer('expires: 2027-01-31, reason: migration', 'owner is missing: an exception says expires, owner and reason'),
  answer('expires: 2027-01-31, owner: dpo', 'reason is missing: an exception says expires, owner and reason'),
  answer('expires: 2027-02-30, owner: dpo, reason: a', `${day}, not "2027-02-30"`),
  answer('expires: 2027-01-31T10:00:00, owner: dpo, reason: a', `${day}, not "2027-01-31T10:00:00"`),
  answer('expires: never, owner: dpo, reason: a', `${day}, not "never"`),
  answer('expires: 2027-01-31, owner: dpo, reason: a, steps: [1]', 'steps belongs into the vigie map of a correlation'),
  ['a meeting of one', around([counting('meet', 'type: temporal\n  rules: access')]), 12, 'temporal is a meeting of several rules, and rules names one: name another, or write event_count'],
  ['a meeting of more than there are', around([inner, counting('meet', 'type: temporal\n  rules: [access, inner]\n  condition: {gte: 3}')]), 26, 'condition asks for 3 rules and rules names 2: it could never hold'],
  ['a meeting with an upper bound', around([inner, counting('meet', 'type: temporal\n  rules: [access, inner]\n  condition: {gte: 1, lt: 2}')]), 26, 'temporal counts the rules that are met, and takes gte or gt only'],
  ...([
    ['access and not innr', 'condition: it names "innr", which rules does not name: there is access, inner'],
    ['access', 'the condition does not name "inner", which rules names: use it or delete it'],
    ['not access and not inner', 'only an absence can meet the condition, and an access that is missing cannot raise an incident: ask for a rule that is met, too'],
    ['not access or inner', 'only an absence can meet the condition, and an access that is missing cannot raise an incident: ask for a rule that is met, too'],
    ['1 of them', 'condition: 1 of and all of are not taken here: name the rules, or write condition: {gte: 1}'],
    ['access and', 'condition: it ends where the name of an entry should follow'],
  ] as const).map(([text, reason]) => [`a meeting of ${text}`, around([inner, counting('meet', `type: temporal\n  rules: [access, inner]\n  condition: ${text}`)]), 26, reason] as const),
  ['a meeting as text with a spread', around([inner, counting('meet', 'type: temporal\n  rules: [access, inner]\n  condition: access and not inner', 'vigie: {spread: {field: clinic_id, gte: 2}}\n')]), 21, 'spread does not go with a condition as text, which looks at what is met and counts nothing'],
  ['an order with a condition as text', around([inner, counting('meet', 'type: temporal_ordered\n  rules: [access, inner]\n  condition: access and not inner')]), 26, 'condition must be a map such as {gte: 2}: a condition as text goes with temporal only'],
  ['an order with a spread', around([inner, counting('meet', 'type: temporal_ordered\n  rules: [access, inner]', 'vigie: {spread: {field: clinic_id, gte: 2}}\n')]), 21, 'spread does not go with temporal_ordered, which looks at an order and counts nothing'],
  ['a dormant meeting', around([inner, counting('meet', 'type: temporal\n  rules: [access, inner]', 'vigie: {dormant: 30d}\n')]), 21, 'dormant goes with value_count, event_count and value_sum only, not with temporal'],
  ['a dormant range', around([counting('c', 'type: event_count\n  rules: access\n  condition: {gte: 1, lt: 5}', 'vigie: {dormant: 30d}\n')]), 11, 'dormant goes with a lower bound only: leave lt, lte, eq and neq away'],
  ['a habit with gt', around([counting('c', 'type: event_count\n  rules: access\n  condition: {gt: 5}', `vigie: {${habit}}\n`)]), 11, 'habit goes with gte only: its number is the floor, below which nothing is told'],
  ['a habit with a range', around([counting('c', 'type: event_count\n  rules: access\n  condition: {gte: 5, lt: 9}', `vigie: {${habit}}\n`)]), 11, 'habit goes with gte only: its number is the floor, below which nothing is told'],
  ['a habit of an average', around([counting('c', 'type: value_avg\n  rules: access\n  condition: {field: record_count, gte: 5}', `vigie: {${habit}}\n`)]), 11, 'habit goes with value_count, event_count and value_sum only, not with value_avg'],
  ['a habit that sleeps', around([counting('c', 'type: event_count\n  rules: access\n  condition: {gte: 5}', `vigie: {${habit}, dormant: 30d}\n`)]), 11, 'habit does not go with dormant: what is usual is a count of awake days'],
  ['a habit over what comes and goes', around([inner.replace('gte: 2', 'eq: 2'), counting('c', 'type: event_count\n  rules: inner\n  condition: {gte: 5}', `vigie: {${habit}}\n`)]), 26, 'rules names "inner", a correlation whose matches do not stay, or that goes by habits itself: habit goes with event rules and with correlations over these that have a lower bound alone'],
  ['days over a correlation', around([inner.replace('group_id, actor_id', 'group_id, actor_id, patient_id'), counting('c', 'type: value_count\n  rules: inner\n  condition: {field: patient_id, gte: 5}', 'vigie: {habit_days: true}\n')]), 26, 'rules names "inner", a correlation: habit_days counts patients of accesses, and goes with event rules only'],
  ['a habit of one day and of several', around([counting('c', 'type: value_count\n  rules: access\n  condition: {field: patient_id, gte: 5}', `vigie: {${habit}, habit_days: true}\n`)]), 11, 'habit and habit_days do not go together: one looks at a day, the other at several, write two rules'],
  ['days of events', around([counting('c', 'type: event_count\n  rules: access\n  condition: {gte: 5}', 'vigie: {habit_days: true}\n')]), 11, 'habit_days goes with value_count only, not with event_count'],
  ['days of an address', around([counting('c', 'type: value_count\n  rules: access\n  condition: {field: patient_id, gte: 5}', 'vigie: {habit_days: true}\n').replace('actor_id', 'source_ip')]), 13, 'habit_days goes with actor_id in group-by: it is accounts whose days are compared'],
  ['own days of an address', around([counting('c', 'type: value_count\n  rules: access\n  condition: {field: patient_id, gte: 5}', 'vigie: {habit: {weight: 0.1, scale: own}}\n').replace('actor_id', 'source_ip')]), 13, 'scale: own goes with actor_id in group-by: it is accounts whose own days are remembered'],
  ['days of clinics', around([counting('c', 'type: value_count\n  rules: access\n  condition: {field: clinic_id, gte: 5}', 'vigie: {habit_days: true}\n')]), 13, 'habit_days counts the patients of all that an account does: write condition: {field: patient_id, gte: 20}, and nothing but group_id and the account in group-by'],
  ['a dormant chain', around([inner, counting('c', 'type: event_count\n  rules: inner\n  condition: {gte: 1}', 'vigie: {dormant: 30d}\n')]), 26, 'rules names "inner", a correlation: dormant goes with event rules only'],
  ['a chain that counts what the inner rule does not group by', around([inner, counting('c', 'type: value_count\n  rules: inner\n  condition: {field: clinic_id, gte: 2}')]), 26, '"clinic_id" is not in group-by of "inner", and a match carries nothing else: add it there, or leave it away here'],
  ['a chain without level', around([inner.replace('level: low\n', ''), counting('c', 'type: event_count\n  rules: inner\n  generate: true\n  condition: {gte: 2}')]), 8, 'level is missing: a rule that raises incidents says informational, low, medium, high or critical'],
  ['deep brackets', `a: ${'['.repeat(60_000)}`, 1, 'maps and lists lie more than 24 deep in one another: no rule needs that'],
  ['deep dashes', `a:\n  ${'- '.repeat(100)}b`, 2, 'maps and lists lie more than 24 deep in one another: no rule needs that'],
  ['a huge file', `# ${'x'.repeat(65_536)}`, 1, 'the file has 65538 bytes, more than 65536: split it into several files'],
  ['many documents', '--- {a: b}\n'.repeat(201), 1, 'the file has 201 documents, more than 200: split it into several files'],
  ['a huge text', event.replace('action: read', `device: ${'x'.repeat(4_097)}`), 5, `the text ${JSON.stringify(`${'x'.repeat(60)}...`)} has 4097 characters, more than 4096: use a list with expand`],
  ['a huge description', `${event}description: ${'x'.repeat(4_097)}\n`, 7, 'the text of description has 4097 characters, more than 4096: shorten it, and put what is long into a runbook'],
  ['a template', `action: global\nlogsource: {product: ehr}\n---\n${pack}`, 1, 'action (global, reset, repeat) is the old form of a template: write each document in full'],
  ['a filter without logsource', `${filter(right).replace('logsource: {product: ehr}\n', '')}---\n${pack}`, 1, 'logsource is missing: write logsource: {product: ehr}'],
  ['a filter with its rules at the root', `${filter(right)}rules: access\n---\n${pack}`, 6, 'rules belongs under filter: move it there'],
  ['a filter with its end at the root', `${filter(right)}expires: 2027-01-31\n---\n${pack}`, 6, 'expires belongs into the map vigie: write vigie: {expires: ...}'],
  ['an event rule that nobody uses', event, 1, 'no correlation refers to this event rule, and it has no level, so it would do nothing: refer to it, give it a level so that each access is an incident, or delete it'],
  ['an event rule that is counted and says what an incident does', `${event}vigie: {steps: [4], runbook: docs/a.md}\n---\n${correlation}`, 7, 'steps goes with an event rule that raises incidents by itself, and this one is counted by a correlation: write it there'],
  ['an event rule that counts nothing and asks for a spread', `${event}level: low\nvigie: {spread: {field: clinic_id, gte: 2}}\n`, 8, 'spread belongs into the vigie map of a correlation'],
  ['a name twice', `${pack}---\n${event}`, 21, 'the name "access" is taken by rules/a.yml:14: give another'],
  ['an id twice', `${pack}---\n${correlation}`, 21, 'the id "5b0f6f0e-1c1e-4f0e-9d0a-2d6a3f6f7a10" is taken by rules/a.yml:1: give another'],
];
