import { describe, expect, it } from '@jest/globals';
import { silentLog } from '#libs/runtime/log.js';
import { FakeClock } from '#libs/testkit/fake-clock.js';
import { type Bounds, type Reader } from '../../port.js';
import type { Generation } from '../generation.js';
import type { Offsets } from '../offsets.js';
import { PartitionRuns } from './partition-runs.js';

const at = { topic: 'accesses', partition: 3 };

describe('partitions of a member of a group', () => {
  it('that leave before their reader was asked where to begin leave in silence: it is told to forget only what it was given', async () => {
    const { runs, bounds, told, failures, generation } = world();
    runs.start(generation, at);
    await settled();
    runs.letGo();
    bounds.resolve({ start: 0, end: 5 });
    await runs.finish();
    expect(told).toEqual([]);
    expect(failures).toEqual([]);
  });

  it('that leave while their reader is being asked are told to it once it has answered', async () => {
    const answer = Promise.withResolvers<'committed'>();
    const { runs, bounds, told, generation } = world(() => answer.promise);
    runs.start(generation, at);
    bounds.resolve({ start: 0, end: 5 });
    await settled();
    runs.letGo();
    await settled();
    expect(told).toEqual(['assigned']);
    answer.resolve('committed');
    await runs.finish();
    expect(told).toEqual(['assigned', 'revoked']);
  });
});

function world(answer: () => Promise<'committed'> = async () => 'committed') {
  const told: string[] = [];
  const bounds = Promise.withResolvers<Bounds>();
  const reader = {
    assigned: () => {
      told.push('assigned');
      return answer();
    },
    revoked: async () => void told.push('revoked'),
  } as unknown as Reader;
  const offsets = { bounds: () => bounds.promise, startOf: async () => 0 } as unknown as Offsets;
  const generation = { seek() {}, resume() {}, pause() {} } as unknown as Generation;
  const tools = { clock: new FakeClock(), random: () => 0, log: silentLog };
  const failures: unknown[] = [];
  const runs = new PartitionRuns({ reader, offsets, batchBytesMax: 1000, tools, onFailure: (cause) => failures.push(cause) });
  return { runs, bounds, told, generation, failures };
}

/** All that is ready to run has run: nothing here waits for a timer or the network. */
async function settled(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
}
