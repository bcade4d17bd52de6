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

function warningsOf(map: string): readonly string[] {
  const { mistakes, warnings } = load(map);
  expect(mistakes).toEqual([]);
  return warnings.map(({ reason }) => reason);
}

function load(map: string): ReturnType<typeof loadRules> {
  const text =
    `title: e\nname: e\nlogsource: {product: ehr}\ndetection:\n  selection: ${map}\n  condition: selection\nvigie: {time_zone: Europe/Paris}\n---\n` +
    'title: c\nname: c\nlevel: low\ncorrelation:\n  type: event_count\n  rules: [e]\n  group-by: [group_id, actor_id]\n  timespan: 1h\n  condition: {gte: 2}\n';
  return loadRules([{ path: 'a.yml', text }]);
}
