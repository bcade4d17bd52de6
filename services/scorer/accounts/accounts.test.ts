import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { accountView } from '#libs/contracts/accounts/account-view.js';
import { partitionOf } from '#libs/contracts/topics.js';
import type { Selection } from '#libs/detection/rule/rule.js';
import { aRule } from '#libs/testkit/a-rule.js';
import { aMonday, anAccessRow, anEventId, aPatient } from '#libs/testkit/builders.js';
import { accountAnswer } from './accounts.js';
import { linesByPartition } from '../late/account-lines.js';
import { aScorer, at, bytesOf, FakeLog } from '../scorer.fixture.js';

const selection: Selection = { id: 'a'.repeat(32), fields: ['action'], matches: (row) => row.action === 'read', sql: '' };

describe('the answer about an account', () => {
  let stateDir: string;
  beforeEach(async () => {
    stateDir = await mkdtemp(join(tmpdir(), 'vigie-accounts-'));
  });
  afterEach(() => rm(stateDir, { recursive: true, force: true }));

  it('says what its windows hold and how fresh that is, whatever characters its name has', async () => {
    const rules = [aRule({ id: 'many', selection, atLeast: 5 })];
    const { pipeline, clock } = await aScorer({ log: new FakeLog(1), stateDir, rules });
    const actor_id = 'ward/3 "é"\\';
    const rows = [1, 2, 3].map((n) => anAccessRow({ actor_id, patient_id: aPatient(n), event_id: anEventId(n) }));
    await pipeline.frames(at, [{ offset: 0, bytes: bytesOf(rows) }]);
    const answer = accountAnswer(pipeline, clock, 'helix', actor_id);
    expect(accountView.parse(answer)).toMatchObject({
      actor_id,
      rules: [{ rule_id: 'many', value: 3, threshold: 5, missing: 2 }],
    });
    expect(answer).toMatchObject({
      partition: 0,
      newest_received_at: new Date(aMonday).toISOString(),
      windows_filling: false,
      rejudgement_waiting: false,
    });
    expect(accountAnswer(pipeline, clock, 'helix', 'nobody')).toMatchObject({ error: 'unknown_account' });
    await pipeline.revoked(at);
    expect(accountAnswer(pipeline, clock, 'helix', actor_id)).toMatchObject({ error: 'not_held_here' });
  });
});

describe('lines of a frame of history', () => {
  it('go to the partition of their account, each once and in order, whatever characters its name has', () => {
    const name = fc.oneof(
      fc.string({ unit: 'binary', minLength: 1, maxLength: 8 }),
      fc.constantFrom('a"b', 'a\\b', 'é', '\u2028'),
    );
    fc.assert(
      fc.property(
        fc.array(fc.tuple(name, name), { minLength: 1, maxLength: 30 }),
        fc.integer({ min: 1, max: 9 }),
        (names, count) => {
          const rows = names.map(([group_id, actor_id], n) => anAccessRow({ group_id, actor_id, event_id: anEventId(n) }));
          const parts = linesByPartition(bytesOf(rows), count, 'account');
          for (let partition = 0; partition < count; partition += 1) {
            const own = rows.filter((row) => partitionOf(row.group_id, row.actor_id, count) === partition);
            expect((parts.get(partition) ?? Buffer.alloc(0)).toString()).toBe(bytesOf(own).toString());
          }
        },
      ),
    );
  });
});
