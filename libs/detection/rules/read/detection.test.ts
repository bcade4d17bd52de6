import { describe, expect, it } from '@jest/globals';
import type { AccessRow } from '#libs/contracts/access-row.js';
import type { Selection } from '../match/selection.js';
import { loadRules } from '../load/load-rules.js';

const lists = new Map([
  ['vip', ['dr.martin', 'c*', 'ÉLODIE']],
  ['nobody', []],
  ['sites', ['10.4.0.0/16', '2001:db8::/32', '10.9.9.9', 'gate']],
  ['networks', ['10.4.0.0/16']],
]);

type Row = Partial<AccessRow>;
type Case = readonly [detection: string, yes: readonly Row[], no: readonly Row[]];

/** `x` stands for one entry `selection`. */
const one = (body: string): string => `  selection: {${body}}\n  condition: selection`;
const helped = (condition: string) =>
  `  s: {device: a}\n  _helper: {application: x}\n  condition: ${condition} or (_helper and s)`;
const three = (condition: string): string => `  a: {device: a}\n  b1: {auth: b}\n  b2: {purpose: c}\n  condition: ${condition}`;

const ab: Row = { device: 'a', auth: 'b' };
// prettier-ignore
const cases: readonly Case[] = [
  // text
  [one('actor_id: dr.Martin'), [{ actor_id: 'DR.MARTIN' }], [{ actor_id: 'dr_martin' }, { actor_id: 'dr.martin2' }, {}]],
  [one('actor_id: Élodie'), [{ actor_id: 'éLODIE' }], [{ actor_id: 'elodie' }]],
  [one('actor_id|cased: dr.Martin'), [{ actor_id: 'dr.Martin' }], [{ actor_id: 'dr.martin' }]],
  [one('actor_id: dr.*'), [{ actor_id: 'dr.' }, { actor_id: 'Dr.X' }], [{ actor_id: 'a dr.x' }]],
  [one('actor_id: d?.*n'), [{ actor_id: 'dr.martin' }, { actor_id: 'dé.n' }], [{ actor_id: 'd.n' }]],
  [one(String.raw`actor_id: 'a\*b'`), [{ actor_id: 'a*b' }], [{ actor_id: 'axb' }]],
  [one(String.raw`actor_id: 'a\\*'`), [{ actor_id: 'a\\b' }], [{ actor_id: 'a*' }]],
  [one(String.raw`actor_id: 'a\b'`), [{ actor_id: 'a\\b' }], [{ actor_id: 'ab' }]],
  [one('actor_id|contains: mart'), [{ actor_id: 'dr.MARTin' }], [{ actor_id: 'mar' }]],
  [one('actor_id|startswith: [dr., pr.]'), [{ actor_id: 'PR.x' }], [{ actor_id: 'x.dr.' }]],
  [one('actor_id|endswith: _ext'), [{ actor_id: 'a_EXT' }], [{ actor_id: 'a_ext2' }]],
  [one('actor_id|contains|all: [a, b]'), [{ actor_id: 'xbxa' }], [{ actor_id: 'a' }]],
  [one(String.raw`actor_id|re: '^svc-\d{2,}$'`), [{ actor_id: 'svc-123' }], [{ actor_id: 'SVC-123' }, { actor_id: 'svc-1' }, {}]],
  [one("'device|re': a.b"), [{ device: 'xa-bx' }], [{ device: 'a\nb' }, { device: 'AxB' }]],
  [one("'device|re|s': a.b"), [{ device: 'a-b' }, { device: 'a\nb' }], [{ device: 'ab' }]],
  [one("'device|re|i': '^Pc-[é-ë]$'"), [{ device: 'pC-É' }, { device: 'pc-ê' }], [{ device: 'pc-e' }, { device: 'x\npc-é' }]],
  [one("'device|re|i|m': '^b$'"), [{ device: 'a\nB\nc' }, { device: 'b' }], [{ device: 'ab' }]],
  [one('clinic_id: 010000024'), [{ clinic_id: '010000024' }], [{ clinic_id: '10000024' }]],
  // absence
  [one('purpose: null'), [{}, { purpose: '' }], [{ purpose: 'care' }]],
  [one('purpose: ""'), [{}], [{ purpose: 'care' }]],
  [one('purpose: "*"'), [{ purpose: 'care' }], [{}]],
  [one('purpose|exists: true'), [{ purpose: 'x' }], [{}, { purpose: '' }]],
  [one('mfa|exists: false'), [{}], [{ mfa: false }]],
  ['  a: {mfa: false}\n  b: {mfa: null}\n  condition: a or b', [{}, { mfa: false }], [{ mfa: true }]],
  [one('actor_role|neq: [nurse, physician]'), [{ actor_role: 'clerk' }, {}], [{ actor_role: 'Nurse' }]],
  [one('categories|exists: false'), [{}, { categories: [] }], [{ categories: ['lab'] }]],
  // lists, numbers, truth, networks, fields
  [one('categories: [lab, imaging]'), [{ categories: ['notes', 'lab'] }], [{ categories: ['notes'] }, {}]],
  [one('categories|all: [lab, imaging]'), [{ categories: ['imaging', 'lab'] }], [{ categories: ['lab'] }]],
  [one('record_count|gte: 100'), [{ record_count: 100 }], [{ record_count: 99 }, {}]],
  [one('record_count|gt: 1, record_count|lt: 4'), [{ record_count: 2 }], [{ record_count: 1 }, { record_count: 4 }]],
  [one('record_count: [0, 7]'), [{ record_count: 0 }, { record_count: 7 }], [{}, { record_count: 1 }]],
  [one('privileged: true'), [{ privileged: true }], [{ privileged: false }, {}]],
  [one('source_ip|cidr: [10.0.0.0/8, "2001:db8::/32"]'), [{ source_ip: '10.9.9.9' }, { source_ip: '2001:DB8::1' }, { source_ip: '::ffff:10.1.1.1' }], [{ source_ip: '11.0.0.1' }, { source_ip: 'pc-17' }, {}]],
  [one('source_ip|cidr: [10.4.1.1, "2001:DB8::1"]'), [{ source_ip: '10.4.1.1' }, { source_ip: '2001:db8:0::1' }], [{ source_ip: '10.4.1.2' }]],
  [one('actor_id|fieldref: device'), [{ actor_id: 'a', device: 'a' }, { actor_id: 'ABc', device: 'abC' }], [{ actor_id: 'a', device: 'b' }, {}, { device: 'a' }]],
  [one('actor_id|fieldref|cased: device'), [{ actor_id: 'a', device: 'a' }], [{ actor_id: 'a', device: 'A' }, {}]],
  // time: 23:30 UTC on a Friday is half past midnight on Saturday in Paris
  [one('time|hour: 0'), [{ time: '2026-11-27T23:30:00.000Z' }, { time: '2026-07-03T22:00:00.000Z' }], [{ time: '2026-07-03T23:00:00.000Z' }]],
  [one('time|hour|gte: 22'), [{ time: '2026-11-27T21:00:00.000Z' }], [{ time: '2026-11-27T20:59:59.999Z' }, { time: '2026-11-27T23:00:00.000Z' }]],
  [one('time|day: [saturday, Sunday]'), [{ time: '2026-11-27T23:30:00.000Z' }], [{ time: '2026-11-27T22:30:00.000Z' }, { time: '2026-11-29T23:00:00.000Z' }]],
  [one('time|day: 28'), [{ time: '2026-11-27T23:30:00.000Z' }], [{ time: '2026-11-27T22:30:00.000Z' }]],
  // lists of values
  [one('actor_id|expand: "%vip%"'), [{ actor_id: 'DR.martin' }, { actor_id: 'c*' }, { actor_id: 'élodie' }], [{ actor_id: 'cx' }, { actor_id: '%vip%' }]],
  [one('actor_id|expand|cased: "%vip%"'), [{ actor_id: 'dr.martin' }], [{ actor_id: 'DR.martin' }]],
  [one('actor_id|expand|startswith: "%vip%"'), [{ actor_id: 'dr.martin.2' }], [{ actor_id: 'x' }]],
  [one('actor_id|expand|neq: "%vip%"'), [{ actor_id: 'x' }], [{ actor_id: 'dr.martin' }]],
  [one('actor_id|expand: ["%nobody%", "%vip%"]'), [{ actor_id: 'dr.martin' }], [{ actor_id: 'x' }]],
  [one('actor_id|expand: "%nobody%"'), [], [{ actor_id: '' }, { actor_id: 'x' }]],
  [one('source_ip|expand: "%sites%"'), [{ source_ip: '10.4.1.1' }, { source_ip: '::ffff:10.4.1.1' }, { source_ip: '10.9.9.9' }, { source_ip: '2001:db8::7' }, { source_ip: 'GATE' }], [{ source_ip: '10.5.1.1' }, {}]],
  [one('source_ip|expand|cidr: "%networks%"'), [{ source_ip: '10.4.1.1' }], [{ source_ip: '10.5.1.1' }]],
  // maps and lists of maps
  [one('device: a, auth: b'), [ab], [{ device: 'a' }, { auth: 'b' }]],
  ['  selection:\n    - {device: a, auth: b}\n    - {purpose: c}\n  condition: selection', [ab, { purpose: 'c' }], [{ device: 'a' }]],
  // conditions
  [three('a and b1 or b2'), [ab, { purpose: 'c' }], [{ device: 'a' }]],
  [three('a and (b1 or b2)'), [ab, { device: 'a', purpose: 'c' }], [{ purpose: 'c' }]],
  [three('not a and b1 or b2'), [{ auth: 'b' }, { device: 'a', purpose: 'c' }], [ab, {}]],
  [three('not (a and b1) and not not b2'), [{ purpose: 'c' }], [{ ...ab, purpose: 'c' }, {}]],
  [three('a and 1 of b*'), [ab, { device: 'a', purpose: 'c' }], [{ device: 'a' }]],
  [three('a and all of b*'), [{ ...ab, purpose: 'c' }], [ab]],
  [three('1 of them'), [{ device: 'a' }, { auth: 'b' }, { purpose: 'c' }], [{}]],
  [three('a and any of b*'), [ab, { device: 'a', purpose: 'c' }], [{ device: 'a' }]],
  [three('[a and b1, b2]'), [ab, { purpose: 'c' }], [{ device: 'a' }]],
  [three('all of them'), [{ ...ab, purpose: 'c' }], [ab]],
  // names that begin with an underscore are helpers
  [helped('all of *'), [{ device: 'a' }], [{ application: 'x' }, {}]],
  [helped('1 of *'), [{ device: 'a' }], [{ application: 'x' }]],
  [helped('1 of _*'), [{ application: 'x' }], [{}]],
  [three('a or not 1 of b*'), [{}, { device: 'a', auth: 'b' }], [{ auth: 'b' }]],
  ['  a: {device: a}\n  _b: {auth: b}\n  condition: 1 of them or all of _*', [{ device: 'a' }, { auth: 'b' }], [{}]],
];

describe('a detection', () => {
  it.each(cases)('%s', (detection, yes, no) => {
    const selection = selectionOf(detection);
    for (const row of yes) expect([row, selection.matches(row)]).toEqual([row, true]);
    for (const row of no) expect([row, selection.matches(row)]).toEqual([row, false]);
  });

  it.each([
    [three('a and (b1 or b2)'), '  x: [{purpose: C}, {auth: B}]\n  y: {device: A}\n  condition: x and y'],
    [one('actor_id|contains: ab'), one('actor_id: "*AB*"')],
    [one('actor_id: [x, y]'), '  p: {actor_id: y}\n  q: {actor_id: x}\n  condition: 1 of them'],
  ])('has the same id when it means the same: %#', (left, right) => {
    expect(selectionOf(left).id).toBe(selectionOf(right).id);
  });

  it('has another id when a list behind it changed', () => {
    const text = one('actor_id|expand: "%vip%"');
    expect(selectionOf(text).id).not.toBe(selectionOf(text, new Map([['vip', ['dr.martin']]])).id);
  });

  it('names the fields that decide', () => {
    expect(selectionOf(three('a and not 1 of b*')).fields).toEqual(['auth', 'device', 'purpose']);
  });
});

function selectionOf(detection: string, values = lists): Selection {
  const text = `title: a
name: a
logsource: {product: ehr}
vigie: {time_zone: Europe/Paris}
detection:
${detection}
---
title: b
name: b
level: low
correlation: {type: value_count, rules: a, group-by: [group_id, actor_id], timespan: 1h, condition: {field: patient_id, gt: 0}}
`;
  const { selections, mistakes } = loadRules([{ path: 'a.yml', text }], values);
  expect(mistakes).toEqual([]);
  const [selection] = selections;
  if (!selection) throw new Error('no selection');
  return selection;
}
