import { beforeAll, describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import type { Rule } from '../rule/rule.js';
import { lanesOf } from '../rule/rule.js';
import { anAccessRow } from '#libs/testkit/builders.js';
import { defaultListsDir, rulesConfig } from '../rules/load/config.js';
import { requireRules } from '../rules/load/require-rules.js';
import { Relay } from './relay.js';

const partitions = { source_ip: 3, device: 3, session_id: 3, id_block: 3, clinic_id: 3 } as const;
const kept = { care_link: 'none', own_clinic: false } as const;

/** Rows at the edge of what the lanes look at: with and without a block, an address, a network, of a program, odd clinics. */
const anyRow = fc.record({
  actor_id: fc.constantFrom('a1', 'a2', 'svc-lab', 'dr "é"'),
  clinic_id: fc.constantFrom('c1', 'c2', 'k\\1', 'é', 'x'.repeat(1_100)),
  source_ip: fc.constantFrom('203.0.113.7', '10.4.2.17', '2001:db8::1'),
  action: fc.constantFrom('read', 'update', 'login'),
  actor_role: fc.constantFrom('nurse', 'archivist'),
  more: fc.constantFrom(
    {},
    kept,
    { ...kept, new_network: true },
    { ...kept, new_network: true, house_network: true },
    { ...kept, id_block: '00112233aabbccdd' },
    { care_link: 'single' },
  ),
  isOdd: fc.boolean(),
});

describe('what is relayed', () => {
  let rules: readonly Rule[];
  beforeAll(async () => {
    const folders = { VIGIE_RULES_DIR: rulesConfig.VIGIE_RULES_DIR.parse(undefined), VIGIE_LISTS_DIR: defaultListsDir };
    ({ rules } = await requireRules(folders, new Map([['service_accounts', ['svc-lab']]])));
  });

  it('is for all subjects at once what it is for each of them alone, in any rows, odd ones and broken lines among them', () => {
    const kinds = lanesOf(rules);
    expect(kinds.length).toBeGreaterThan(2);
    const met = new Set<string>();
    fc.assert(
      fc.property(fc.array(anyRow, { maxLength: 30 }), (given) => {
        const lines = given.map(({ more, isOdd, ...fields }, n) => {
          const row = { ...anAccessRow({ ...fields, event_id: n.toString(16).padStart(32, '0') }), ...more };
          // Keys in another order, and a line that is no row.
          return isOdd ? `${JSON.stringify(Object.fromEntries(Object.entries(row).toReversed()))}\n{` : JSON.stringify(row);
        });
        const frame = Buffer.from(lines.map((line) => `${line}\n`).join(''));
        const all = new Relay(rules, partitions).take(frame);
        const each = kinds.flatMap((kind) =>
          new Relay(
            rules.filter(({ subject }) => subject === kind),
            partitions,
          ).take(frame),
        );
        expect(all).toEqual(each);
        for (const { kind } of all) met.add(kind);
      }),
      { numRuns: 150, seed: 20261129 },
    );
    expect([...met].toSorted()).toEqual([...kinds].toSorted());
  });

  it('of one relay over many frames is that of a new one for each', () => {
    const relay = new Relay(rules, partitions);
    for (let n = 0; n < 5; n += 1) {
      const row = { ...anAccessRow({ actor_id: `a${n}`, clinic_id: `c${n % 2}` }), ...kept };
      const frame = Buffer.from(`${JSON.stringify(row)}\n`);
      expect(relay.take(frame)).toEqual(new Relay(rules, partitions).take(frame));
      expect(relay.take(Buffer.alloc(0))).toEqual([]);
    }
  });
});
