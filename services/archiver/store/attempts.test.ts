import { expect, it } from '@jest/globals';
import { silentLog } from '#libs/runtime/log.js';
import { Metrics } from '#libs/runtime/metrics.js';
import { Transient } from '#libs/runtime/outcome.js';
import { FakeClock } from '#libs/testkit/fake-clock.js';
import type { Batch } from '../collect/batch.js';
import { Attempts } from './attempts.js';

it('what a partition waits for is known while it waits, as the last attempt said, and of that partition alone', async () => {
  const clock = new FakeClock();
  const attempts = new Attempts({ clock, random: () => 0.5, log: silentLog, metrics: new Metrics('archiver'), moved: () => {} });
  const at = { topic: 'vigie.accesses.v1', partition: 1 };
  const said = ['no answer', 'not enough space'];
  const call = async () => {
    const why = said.shift();
    if (why !== undefined) throw new Transient(why);
  };
  const stored = attempts.try({ at, first: 0, rows: 1 } as Batch, 'insert', new AbortController().signal, call);
  const seen: unknown[] = [];
  for (let tenth = 0; tenth < 30; tenth += 1) {
    await clock.advance(tenth === 0 ? 0 : 100);
    seen.push(attempts.causeOf(at));
    expect(attempts.causeOf({ ...at, partition: 2 })).toBeUndefined();
  }
  await stored;
  expect(seen.filter((why, index) => why !== seen[index - 1])).toEqual(['no answer', 'not enough space', undefined]);
});
