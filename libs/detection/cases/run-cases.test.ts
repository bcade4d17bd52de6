import { describe, expect, it } from '@jest/globals';
import { accessRow } from '#libs/contracts/access-row.js';
import { inventedPseudonym, rowsOfCase } from './case-rows.js';
import { reportLines, reportSummary } from './case-report.js';
import { loadRules } from '../rules/load/load-rules.js';
import { runCases } from './run-cases.js';

const lists = new Map<string, readonly string[]>([
  ['closed', []],
  ['canaries', []],
]);

/** Lines 21 and on are the cases. */
const file = (cases: string, vigie = 'spread: {field: clinic_id, gte: 2}'): string => `title: Access
name: access
logsource: {product: ehr}
detection:
  reading: {action: [read, export], patient_id|exists: true}
  known: {actor_id: known}
  condition: reading and not known
---
title: Many
name: many
level: high
correlation:
  type: value_count
  rules: access
  group-by: [group_id, actor_id]
  timespan: 10m
  condition: {field: patient_id, gte: 40}
vigie:
  ${vigie}
  cases:
    - ${cases.replaceAll('\n', '\n      ')}
`;
const firing = 'events: [{times: 40, every: 12s, patient_id: "p{n}", clinic_id: [c1, c2]}]';

/** A rule that looks only at what a list holds. */
const listed = (field: string, list: string, cases: string): string =>
  file(cases, 'steps: [1]')
    .replace('known: {actor_id: known}', `known: {'${field}|expand': '%${list}%'}`)
    .replace('and not known', 'and known')
    .replace('gte: 40', 'gte: 1');

describe('a case', () => {
  it.each([
    ['that fires', `name: a\nfires: true\npatients: 40\n${firing}`, []],
    ['that shall not', `name: a\nfires: false\n${firing.replace('40', '39')}`, []],
    ['of another account', `name: a\nfires: false\n${firing.replace('times', 'actor_id: known, times')}`, []],
    [
      'that does not fire though it should',
      `name: a\nfires: true\n${firing.replace('40', '38')}`,
      [
        'a.yml:21: expected an incident, there is none: the rule selects 38 of 38 rows, and its largest count is 38, where 40 is needed',
      ],
    ],
    [
      'in one clinic',
      `name: a\nfires: true\n${firing.replace('[c1, c2]', 'c1')}`,
      [
        'a.yml:21: expected an incident, there is none: the rule selects 40 of 40 rows, its count is reached, but in 1 different clinic_id only, where 2 are needed',
      ],
    ],
    [
      'over nothing that the rule looks at',
      `name: a\nfires: true\n${firing.replace('patient_id', 'action: login, patient_id')}`,
      ['a.yml:21: expected an incident, there is none: the rule selects 0 of 40 rows'],
    ],
    [
      'that fires though it should not',
      `name: a\nfires: false\n${firing}`,
      [
        expect.stringMatching(
          /^a\.yml:21: expected no incident, it fired first at 2026-01-05T09:07:48\.000Z with a count of 40 and 2 different clinic_id, in an incident from 2026-01-05T09:00:00\.000Z to 2026-01-05T09:07:48\.000Z$/,
        ),
      ],
    ],
    [
      'with other patients',
      `name: a\nfires: true\npatients: 41\n${firing}`,
      [expect.stringMatching(/^a\.yml:21: expected an incident of 41 patients, it has 40: it fired first at /)],
    ],
    ['with a start', `name: a\nfires: true\nstart: 2025-06-01T08:00:00+02:00\n${firing}`, []],
    [
      'of one event over many patients',
      'name: a\nfires: true\npatients: 41\nevents:\n  - {action: export, patients: 40}\n  - {at: 1m, clinic_id: c2, patient_id: x}',
      [],
    ],
    [
      'of an event and its repetition',
      'name: a\nfires: false\nevents: [{times: 50, event_id: same, patient_id: p1, clinic_id: [c1, c2]}]',
      [],
    ],
    [
      'exactly the timespan apart',
      'name: a\nfires: false\nevents:\n  - {patients: 20}\n  - {at: 10m, patients: 20, clinic_id: c2}',
      [],
    ],
  ] as const)('%s', (_, cases, failures) => {
    const { results, mistakes } = runCases([{ path: 'a.yml', text: file(cases) }], lists);
    expect(mistakes).toEqual([]);
    expect(results.flatMap(({ failure }) => failure ?? [])).toEqual(failures);
    expect(results).toHaveLength(1);
  });

  it('has its own values of lists, for patients too', () => {
    for (const [field, list, event] of [
      ['patient_id', 'canaries', 'patient_id: c9'],
      ['clinic_id', 'closed', 'patient_id: p, clinic_id: C9'],
    ] as const) {
      const cases = (fires: boolean, values: string): string =>
        `name: a\nfires: ${fires}\nlists: {${list}: [${values}]}\nevents: [{${event}}]`;
      for (const [fires, values] of [
        [true, 'c8, c9'],
        [false, 'c8'],
      ] as const)
        // prettier-ignore
        expect(
          runCases([{ path: 'a.yml', text: listed(field, list, cases(fires, values)) }], lists).results.map(({ failure }) => failure),
        ).toEqual([undefined]);
    }
  });

  it('becomes rows that are valid, in order of time, the same each time', () => {
    const cases =
      'name: a\nfires: true\nevents:\n  - {at: 1h, times: 3, every: 1s, patient_id: "p{n}", actor_id: [x, y], privileged: true, record_count: 7, categories: [lab, notes], extra: ""}\n  - {patients: 2, outcome: unknown}\n  - {action: login}';
    const [one] = loadRules([{ path: 'a.yml', text: file(cases) }], lists).cases.get('many') ?? [];
    const rows = one ? rowsOfCase(one) : [];
    for (const row of rows) expect(accessRow.parse(row)).toEqual(row);
    expect(rows.map(({ time, actor_id, patient_id }) => [time.slice(11, 19), actor_id, patient_id === '' ? '' : 'p'])).toEqual([
      ['09:00:00', 'a', 'p'], ['09:00:00', 'a', 'p'], ['09:00:00', 'a', ''],
      ['10:00:00', 'x', 'p'], ['10:00:01', 'y', 'p'], ['10:00:02', 'x', 'p'],
    ]); // prettier-ignore
    expect(new Set(rows.map(({ event_id }) => event_id)).size).toBe(5);
    expect(rows.at(-1)).toMatchObject({
      patient_id: inventedPseudonym('p3'),
      categories: ['lab', 'notes'],
      record_count: 7,
      privileged: true,
    });
    expect(one && rowsOfCase(one)).toEqual(rows);
  });

  it('is not run when the rules have mistakes, its own lists included', () => {
    expect(runCases([{ path: 'a.yml', text: 'title: a\n' }]).mistakes).toHaveLength(1);
    const text = file(`name: a\nfires: true\nlists: {networks: [10.1.2.3, nowhere]}\n${firing}`).replace(
      '{actor_id: known}',
      "{'source_ip|cidr|expand': '%networks%'}",
    );
    expect(runCases([{ path: 'a.yml', text }], new Map([['networks', ['10.0.0.0/8']]])).mistakes).toMatchObject([
      { line: 6, reason: expect.stringMatching(/^"nowhere" is not a network/) },
    ]);
  });
});

describe('a report of cases', () => {
  it('names every rule with its cases, and counts', () => {
    const text = `${file(`name: a\nfires: true\n${firing}`)}    - {name: b, fires: true, events: [{}]}\n---\n${file('')
      .replace(/[^]*---\n/, '')
      .replace(/vigie:[^]*/, '')
      .replaceAll(/many/gi, 'Other')}`;
    const report = runCases([{ path: 'a.yml', text }], lists);
    expect(reportLines(report)).toEqual([
      'a.yml:9 Many: 2 case(s), 2 of them firing, 1 failed',
      '  ok: a',
      '  FAILED: b',
      'a.yml:26 Other: no cases',
    ]);
    expect(reportSummary(report)).toBe('2 case(s), 1 failed, 1 rule(s) without cases');
  });
});

// prettier-ignore
const wrong: readonly (readonly [cases: string, line: number, reason: string])[] = [
  ['name: a\nfires: true', 21, 'events is missing: a case has name, fires (true or false) and events'],
  ['name: a\nevents: []', 21, 'fires is missing: a case has name, fires (true or false) and events'],
  ['fires: true\nevents: []', 21, 'name is missing: a case has name, fires (true or false) and events'],
  ['name: a\nfires: maybe\nevents: []', 22, 'fires is true or false'],
  ['name: a\nfires: true\npatient: 4\nevents: []', 23, 'unknown key "patient": write patients'],
  ['name: a\nfires: false\npatients: 4\nevents: []', 23, 'patients goes with fires: true, where there is an incident'],
  ['name: a\nfires: true\npatients: many\nevents: []', 23, 'patients must be a whole number from 0 to 100000, not "many"'],
  ['name: a\nfires: true\nstart: noon\nevents: []', 23, 'start is an instant with its zone such as 2026-01-05T09:00:00Z, not "noon"'],
  ['name: a\nfires: true\nlists: [c9]\nevents: []', 23, 'lists must be a map'],
  ['name: a\nfires: true\nlists: {x: {a: b}}\nevents: []', 23, 'x must be a text or a list of texts'],
  ['name: a\nfires: true\nevents: {at: 0s}', 23, 'events must be a list of 1 to 200 events such as {at: 0s, action: read, patient_id: p1}'],
  ['name: a\nfires: true\nevents: [x]', 23, 'an event must be a map such as {at: 0s, action: read, patient_id: p1}'],
  ['name: a\nfires: true\nevents: [{patient: p}]', 23, 'unknown field "patient": write patient_id'],
  ['name: a\nfires: true\nevents: [{time: x}]', 23, 'a case does not say time: at is the time since its start, and nothing else of an arrival matters'],
  ['name: a\nfires: true\nevents: [{at: soon}]', 23, 'at is a whole number and s, m, h, d or w, such as 90s, not "soon"'],
  ['name: a\nfires: true\nevents: [{every: 1.5s}]', 23, 'every is a whole number and s, m, h, d or w, such as 90s, not "1.5s"'],
  ['name: a\nfires: true\nevents: [{times: 0}]', 23, 'times must be a whole number from 1 to 100000, not "0"'],
  ['name: a\nfires: true\nevents: [{patients: 3, patient_id: p}]', 23, 'an event has patients (so many new ones) or patient_id, not both'],
  ['name: a\nfires: true\nevents: [{times: 1000, patients: 1000}]', 23, 'the events make 1000000 rows, more than 100000: make the case smaller'],
  ['name: a\nfires: true\nevents: [{times: 1000, every: 2d}]', 23, 'the events of a case lie within 1,200 days: make the case shorter'],
  ['name: a\nfires: true\nevents: [{action: raed}]', 23, 'action is never "raed": it is read, search, list, export, print, download, create, update, delete, login, logout or other'],
  ['name: a\nfires: true\nevents: [{action: null}]', 23, 'every access has action: give it a text, or leave it away for the usual one'],
  ['name: a\nfires: true\nevents: [{device: {a: b}}]', 23, 'device must be a text or a list of texts that take turns'],
  ['name: a\nfires: true\nevents: [{mfa: maybe}]', 23, 'mfa is true or false: leave it away where it is unknown'],
  ['name: a\nfires: true\nevents: [{record_count: -1}]', 23, 'record_count is a whole number from 0: leave it away where it is unknown'],
];

describe('a case that is wrong', () => {
  it.each(wrong)('%j is refused at line %i', (cases, line, reason) => {
    expect(loadRules([{ path: 'a.yml', text: file(cases) }], lists).mistakes).toContainEqual({ file: 'a.yml', line, reason });
  });

  it('as a list is refused, too', () => {
    const text = file('x').replace(/cases:\n.*/, 'cases: []');
    expect(loadRules([{ path: 'a.yml', text }]).mistakes).toContainEqual({
      file: 'a.yml',
      line: 20,
      reason: 'cases must be a list of 1 to 64 cases, each with name, fires and events',
    });
    const twice = file(`name: a\nfires: true\n${firing}`) + `    - {name: a, fires: false, events: [{}]}\n`;
    expect(loadRules([{ path: 'a.yml', text: twice }]).mistakes).toEqual([
      { file: 'a.yml', line: 24, reason: 'two cases are called "a": give another name' },
    ]);
  });
});
