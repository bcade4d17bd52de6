import { describe, expect, it } from '@jest/globals';
import { runCases } from '../../cases/run-cases.js';

/** What a rule means at its edges: each line is a correlation, a timeline, and whether the rule fires. */
const event = (name: string, selection: string): string => `title: ${name}
name: ${name}
logsource: { product: ehr }
detection: { s: { ${selection} }, condition: s }
---
`;
const selections: Readonly<Record<string, string>> = {
  reads: event('reads', 'action: read, patient_id|exists: true'),
  logins: event('logins', 'action: login'),
  exports: event('exports', 'action: export'),
};

interface Timeline {
  readonly correlation: string;
  readonly by?: readonly string[];
  readonly before?: string;
  readonly vigie?: string;
  readonly events: string;
  readonly fires: boolean;
}

function outcomeOf({ correlation, by = [], before = '', vigie = '', events: of, fires }: Timeline): readonly string[] {
  const used = ['reads', 'logins', 'exports'].filter((name) => `${before}${correlation}`.includes(name));
  const text = `${used.map((name) => selections[name] ?? '').join('')}${before}title: The rule
name: the_rule
level: low
correlation: { ${correlation}, group-by: [${['group_id', 'actor_id', ...by].join(', ')}] }
vigie:
  ${vigie}
  cases:
    - name: it
      fires: ${fires}
      events: ${of}
`;
  const { mistakes, results } = runCases([{ path: 'a.yml', text }], new Map());
  return [...mistakes.map(({ reason }) => reason), ...results.map(({ failure }) => failure ?? 'as expected')];
}

describe('a rule', () => {
  // prettier-ignore
  it.each<[string, Timeline]>([
    ['does not hold when its accesses lie exactly its timespan apart', { correlation: 'type: value_count, rules: reads, timespan: 10m, condition: { field: patient_id, gte: 2 }', events: '[{patient_id: p1}, {at: 10m, patient_id: p2}]', fires: false }],
    ['holds one second before that', { correlation: 'type: value_count, rules: reads, timespan: 10m, condition: { field: patient_id, gte: 2 }', events: '[{patient_id: p1}, {at: 599s, patient_id: p2}]', fires: true }],
    ['leaves out an access without group-by field', { by: ['session_id'], correlation: 'type: value_count, rules: reads, timespan: 10m, condition: { field: patient_id, gte: 2 }', events: '[{patient_id: p1}, {at: 1s, patient_id: p2, session_id: s}]', fires: false }],
    ['leaves out an access that lacks one of two counted fields', { correlation: 'type: value_count, rules: reads, timespan: 10m, condition: { field: [patient_id, device], gte: 2 }', events: '[{patient_id: p1, device: d}, {at: 1s, patient_id: p2}]', fires: false }],
    ['counts an event over many patients once, when it counts events', { correlation: 'type: event_count, rules: exports, timespan: 10m, condition: { gte: 2 }', events: '[{action: export, patients: 50}]', fires: false }],
    ['counts each of its patients, when it counts patients', { correlation: 'type: value_count, rules: exports, timespan: 10m, condition: { field: patient_id, gte: 50 }', events: '[{action: export, patients: 50}]', fires: true }],
    ['sums the records of events up, once for each event', { correlation: 'type: value_sum, rules: exports, timespan: 10m, condition: { field: record_count, gte: 5000 }', events: '[{action: export, record_count: 2000}, {at: 1m, action: export, record_count: 2999, patients: 50}, {at: 2m, action: export, event_id: e, record_count: 1}, {at: 2m, action: export, event_id: e, record_count: 1}]', fires: true }],
    ['does not sum an event up that comes again, nor each of its patients', { correlation: 'type: value_sum, rules: exports, timespan: 10m, condition: { field: record_count, gte: 5000 }', events: '[{action: export, event_id: e, record_count: 2500, patient_id: p1}, {action: export, event_id: e, record_count: 2499, patient_id: p2}, {at: 1m, action: export, event_id: e, record_count: 2500, patient_id: p1}, {at: 2m, action: export, record_count: 2499}]', fires: false }],
    ['does not sum up what does not say how many records it is about', { correlation: 'type: value_sum, rules: exports, timespan: 10m, condition: { field: record_count, gte: 1 }', events: '[{action: export, patients: 50}, {action: export, record_count: 0}]', fires: false }],
    ['holds for an average between whole numbers', { correlation: 'type: value_avg, rules: exports, timespan: 10m, condition: { field: record_count, gt: 2 }', events: '[{action: export, record_count: 2}, {at: 1m, action: export, record_count: 2}, {at: 2m, action: export, record_count: 3}]', fires: true }],
    ['does not hold for an average that is the number above which it asks', { correlation: 'type: value_avg, rules: exports, timespan: 10m, condition: { field: record_count, gt: 2 }', events: '[{action: export, record_count: 1}, {action: export, record_count: 3}, {at: 1m, action: export, record_count: 2}]', fires: false }],
    ['may ask for an upper bound of a median alone', { correlation: 'type: value_median, rules: exports, timespan: 10m, condition: { field: record_count, lte: 1 }', events: '[{action: export, record_count: 900}, {action: export, record_count: 1}]', fires: true }],
    ['minds one in ten of the numbers at percentile 95', { correlation: 'type: value_percentile, rules: exports, timespan: 10m, condition: { field: record_count, percentile: 95, gte: 900 }', events: '[{times: 9, action: export, record_count: 1}, {action: export, record_count: 900}]', fires: true }],
    ['does not at percentile 90', { correlation: 'type: value_percentile, rules: exports, timespan: 10m, condition: { field: record_count, percentile: 90, gte: 900 }', events: '[{times: 9, action: export, record_count: 1}, {action: export, record_count: 900}]', fires: false }],
    ['of type temporal without condition wants all of its rules', { correlation: 'type: temporal, rules: [logins, exports], timespan: 10m', events: '[{action: export, patient_id: p1}]', fires: false }],
    ['of type temporal takes them in any order', { correlation: 'type: temporal, rules: [logins, exports], timespan: 10m', events: '[{action: export, patient_id: p1}, {at: 1m, action: login}]', fires: true }],
    ['of type temporal_ordered does not', { correlation: 'type: temporal_ordered, rules: [logins, exports], timespan: 10m', events: '[{action: export, patient_id: p1}, {at: 1m, action: login}]', fires: false }],
    ['of type temporal_ordered takes equal times as ordered', { correlation: 'type: temporal_ordered, rules: [logins, exports], timespan: 10m', events: '[{action: export, patient_id: p1}, {action: login}]', fires: true }],
    ['with a range holds inside it', { correlation: 'type: event_count, rules: exports, timespan: 10m, condition: { gte: 2, lte: 3 }', events: '[{times: 3, every: 1m, action: export}]', fires: true }],
    ['with a range does not hold when all come at once and are more', { correlation: 'type: event_count, rules: exports, timespan: 10m, condition: { gte: 2, lte: 3 }', events: '[{times: 5, action: export}]', fires: false }],
    ['with eq holds at the number', { correlation: 'type: event_count, rules: exports, timespan: 10m, condition: { eq: 2 }', events: '[{times: 2, action: export}]', fires: true }],
    ['with neq does not', { correlation: 'type: event_count, rules: exports, timespan: 10m, condition: { neq: 2 }', events: '[{times: 2, action: export}]', fires: false }],
    ['with not holds where nothing of that is near', { correlation: 'type: temporal, rules: [exports, logins], condition: exports and not logins, timespan: 10m', events: '[{at: 20m, action: login}, {at: 31m, action: export}, {at: 42m, action: login}]', fires: true }],
    ['with not does not hold where that came before', { correlation: 'type: temporal, rules: [exports, logins], condition: exports and not logins, timespan: 10m', events: '[{at: 22m, action: login}, {at: 31m, action: export}]', fires: false }],
    ['with not does not hold where that comes after', { correlation: 'type: temporal, rules: [exports, logins], condition: exports and not logins, timespan: 10m', events: '[{at: 31m, action: export}, {at: 40m, action: login}]', fires: false }],
    ['with not holds where that comes exactly its timespan later', { correlation: 'type: temporal, rules: [exports, logins], condition: exports and not logins, timespan: 10m', events: '[{at: 31m, action: export}, {at: 41m, action: login}]', fires: true }],
    ['with not does not hold for what must not be met alone', { correlation: 'type: temporal, rules: [exports, logins], condition: exports and not logins, timespan: 10m', events: '[{action: login}]', fires: false }],
    ['groups two event rules by fields of different names through an alias', { by: ['place'], correlation: 'type: temporal, rules: [logins, exports], aliases: { place: { logins: device, exports: application } }, timespan: 10m', events: '[{action: login, device: w7}, {at: 1m, action: export, application: w7}]', fires: true }],
    ['does not join groups whose alias differs', { by: ['place'], correlation: 'type: temporal, rules: [logins, exports], aliases: { place: { logins: device, exports: application } }, timespan: 10m', events: '[{action: login, device: w7}, {at: 1m, action: export, application: w8}]', fires: false }],
    ['over another one that groups by session counts its sessions', {
      before: 'title: Inner\nname: inner\ncorrelation: { type: value_count, rules: reads, group-by: [group_id, actor_id, session_id], timespan: 10m, condition: { field: patient_id, gte: 2 } }\n---\n',
      correlation: 'type: value_count, rules: inner, timespan: 1h, condition: { field: session_id, gte: 2 }', events: '[{times: 2, patient_id: "p{n}", session_id: s}, {at: 20m, times: 2, patient_id: "p{n}", session_id: t}]', fires: true,
    }],
    ['over another one is not met by a session in which that does not hold', {
      before: 'title: Inner\nname: inner\ncorrelation: { type: value_count, rules: reads, group-by: [group_id, actor_id, session_id], timespan: 10m, condition: { field: patient_id, gte: 2 } }\n---\n',
      correlation: 'type: value_count, rules: inner, timespan: 1h, condition: { field: session_id, gte: 2 }', events: '[{times: 2, patient_id: "p{n}", session_id: s}, {at: 20m, patient_id: p1, session_id: t}]', fires: false,
    }],
    ['does not see what a filter takes out', { before: filterUntil('2026-02-01'), correlation: 'type: event_count, rules: exports, timespan: 10m, condition: { gte: 1 }', events: '[{action: export}]', fires: false }],
    ['sees it again once the filter has expired', { before: filterUntil('2026-01-05T08:59:59Z'), correlation: 'type: event_count, rules: exports, timespan: 10m, condition: { gte: 1 }', events: '[{action: export}]', fires: true }],
    ['with dormant holds when the account was silent before', { vigie: 'dormant: 30d', correlation: 'type: value_count, rules: reads, timespan: 1d, condition: { field: patient_id, gte: 3 }', events: '[{patient_id: p9}, {at: 40d, times: 3, every: 1m, patient_id: "p{n}"}]', fires: true }],
    ['with dormant does not hold for a new account', { vigie: 'dormant: 30d', correlation: 'type: value_count, rules: reads, timespan: 1d, condition: { field: patient_id, gte: 3 }', events: '[{times: 3, every: 1m, patient_id: "p{n}"}]', fires: false }],
  ])('%s', (_, timeline) => {
    expect(outcomeOf(timeline)).toEqual(['as expected']);
  });
});

function filterUntil(expires: string): string {
  return `title: Announced\nname: announced\nlogsource: { product: ehr }\nfilter: { rules: [exports], who: { actor_id: a }, condition: not who }\nvigie: { expires: '${expires}', owner: dpo, reason: a test }\n---\n`;
}
