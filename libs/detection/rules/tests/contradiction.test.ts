import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { actions } from '#libs/contracts/vocabulary.js';
import type { AccessRow } from '#libs/contracts/access-row.js';
import { loadRules } from '../load/load-rules.js';

const seed = 20_261_129;
const told = 'several things that no value is at once';

describe('a map that asks one field for what no value is', () => {
  it.each([
    '{action: read, action|contains: exp}',
    '{action: [read, list], action|neq: [read, list]}',
    '{actor_id: nurse-1, actor_id|startswith: doctor}',
    '{actor_id|cased: Nurse, actor_id|startswith: dr}',
    '{emergency: true, emergency|neq: true}',
    '{record_count|gt: 5, record_count|lt: 6}',
    '{record_count: 5, record_count|gte: 6}',
    '{source_ip: 10.0.0.1, source_ip|cidr: 192.168.0.0/16}',
    "{device: '', device|contains: ward}",
    '{time|hour|gte: 22, time|hour|lt: 6}',
    '{time|hour|gt: 7, time|hour|neq: [8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23]}',
    '{time|day: monday, time|day|neq: [monday, tuesday]}',
  ])('%s is warned of', (map) => {
    expect(warningsOf(map)).toEqual([expect.stringContaining(told)]);
  });

  it.each([
    '{action: read, action|contains: ea}',
    '{actor_id: Nurse, actor_id|startswith|cased: nUR}',
    "{actor_id: nurse, actor_id|re: '[a-z]+'}",
    '{record_count|gt: 5, record_count|lt: 7}',
    '{categories: lab, categories|neq: imaging}',
    '{actor_id: nurse, actor_role: doctor}',
    '{time|hour|gte: 22, time|hour|lt: 23}',
    '{time|hour: 3, time|day: sunday}',
    '{time|day|gte: 25, time|day|neq: [saturday, sunday]}',
  ])('%s is taken in silence', (map) => {
    expect(warningsOf(map)).toEqual([]);
  });

  it(`says so of an action exactly where no action meets the map (seed ${seed})`, () => {
    const part = fc.constantFrom('r', 'e', 'read', 'port', 'in', 'l', 'list');
    const key = fc.constantFrom('action', 'action|contains', 'action|startswith', 'action|endswith', 'action|neq');
    const maps = fc.uniqueArray(fc.tuple(key, part), { minLength: 2, maxLength: 4, selector: ([name]) => name });
    let contradictions = 0;
    const property = (entries: readonly (readonly [string, string])[]): void => {
      const { selections, mistakes, warnings } = load(`{${entries.map(([name, text]) => `${name}: ${text}`).join(', ')}}`);
      if (mistakes.length > 0) return; // a word that no action is
      const [selection] = selections;
      const met = [{}, ...actions.map((action) => ({ action }))].some((row) => selection?.matches(row as AccessRow));
      expect(warnings.some(({ reason }) => reason.includes(told))).toBe(!met);
      if (!met) contradictions += 1;
    };
    fc.assert(fc.property(maps, property), { seed, numRuns: 500 });
    expect(contradictions).toBeGreaterThan(20);
  });
});

describe('a condition that asks one field for what no value is', () => {
  it.each([
    ['one: {action: read}, other: {action: export}', 'one and other', 'action'],
    ['one: {action: read}, other: {action: [read, list]}', 'one and not other', 'action'],
    ['one: {action: read, device: a}, filter_a: {device: b}, filter_b: {action: read}', 'one and not 1 of filter_*', 'action'],
    ['one: {actor_id: a}, other: {actor_id: b}', 'all of them', 'actor_id'],
    ['one: {time|hour: [22, 23]}, other: {time|hour: 1}', 'one and other', 'time'],
    ['one: {action: read}, other: {action: list}, third: {action: export}', '(one or other) and third', 'action'],
  ])('{%s}, %s is warned of', (entries, condition, field) => {
    expect(loadEntries(`{${entries}, condition: ${condition}}`).warnings).toEqual([
      expect.objectContaining({ line: 4, reason: expect.stringContaining(`the condition asks ${field} to be ${told}`) }),
    ]);
  });

  it.each([
    ['one: {action: read}, other: {action: export}', 'one or other'],
    ['one: {action: read}, other: {action: export}, third: {device: a}', 'one and other or third'],
    ['one: {categories: lab}, other: {categories: imaging}', 'one and other'],
    ['one: {actor_id: a*}, other: {actor_id: b}', 'one and not other'],
    ['one: {device: a}, other: {device|neq: [a, b]}', 'not one and not other'],
    ["one: {actor_id|expand: '%programs%'}, other: {actor_id|expand: '%shared%'}", 'one and not other'],
    ["one: {actor_id|expand: '%programs%', actor_id|neq: svc-a}", 'one'],
  ])('{%s}, %s is taken in silence', (entries, condition) => {
    expect(loadEntries(`{${entries}, condition: ${condition}}`)).toMatchObject({ warnings: [], mistakes: [] });
  });

  it.each(["{actor_id|neq: '*'}", "{clinic_id|neq: ['*', c1]}", '{outcome|neq: [success, failure, unknown]}'])(
    'and so is a map that leaves out whatever an access has: %s',
    (map) => {
      expect(warningsOf(map)).toEqual([expect.stringContaining('"selection" leaves out whatever')]);
    },
  );
});

describe('an exception of which nothing stays', () => {
  it.each([
    ["{actor_id: '*'}", '[e]', '"E"'],
    ['{actor_id|exists: true}', '[c]', '"c"'],
    ["{actor_id: ['*', a]}", '[e, c]', '"E" and "c"'],
    ['{action: [read, list, export]}', '[e, c]', '"E"'],
  ])('%s of %s is warned of', (selection, rules, titles) => {
    expect(excepted(selection, rules)).toEqual([expect.stringContaining(`of ${titles} nothing stays`)]);
  });

  it.each(['{action: read}', '{actor_id: a}', "{device: '*'}", '{action: export}'])('%s is taken in silence', (selection) => {
    expect(excepted(selection)).toEqual([]);
  });
});

/** What is said of an exception that takes these accesses out. */
function excepted(selection: string, rules = '[e]'): readonly string[] {
  const filter = `{rules: ${rules}, selection: ${selection}, condition: not selection}`;
  const exception = `---\ntitle: f\nname: f\nlogsource: {product: ehr}\nfilter: ${filter}\nvigie: {expires: 2027-01-31, owner: dpo, reason: r}\n`;
  return load('{action: [read, list]}', exception).warnings.map(({ reason }) => reason);
}

function warningsOf(map: string): readonly string[] {
  const { mistakes, warnings } = load(map);
  expect(mistakes).toEqual([]);
  return warnings.map(({ reason }) => reason);
}

function load(map: string, more = ''): ReturnType<typeof loadRules> {
  return loadEntries(`\n  selection: ${map}\n  condition: selection`, more);
}

function loadEntries(detection: string, more = ''): ReturnType<typeof loadRules> {
  const text =
    `title: E\nname: e\nlogsource: {product: ehr}\ndetection: ${detection}\nvigie: {time_zone: Europe/Paris}\n---\n` +
    'title: c\nname: c\nlevel: low\ncorrelation:\n  type: event_count\n  rules: [e]\n  group-by: [group_id, actor_id]\n  timespan: 1h\n  condition: {gte: 2}\n' +
    more;
  const lists = new Map(['programs', 'shared'].map((name) => [name, ['svc-a']]));
  return loadRules([{ path: 'a.yml', text }], lists);
}
