import { describe, expect, it } from '@jest/globals';
import { Health } from '#libs/runtime/health.js';
import { silentLog } from '#libs/runtime/log.js';
import { FakeClock } from '#libs/testkit/fake-clock.js';
import { Recorder } from '../contract-tools.js';
import { MemoryStore } from '../memory/memory-store.js';
import { GroupMember } from './group-member.js';
import { enter } from './group-state.js';

const options = { group: 'vigie-scorer', topics: ['accesses'], batchBytesMax: 1_000_000 };

describe('a member of a group on this machine', () => {
  it('is not alive when every look at the group fails, although it beats, and is again afterwards', async () => {
    const { clock, health, store } = await start();
    const healthy = store.groups.read;
    store.groups.read = () => {
      throw new Error('no space left on device');
    };
    await clock.advance(50_000);
    expect(health.report('live').ok).toBe(true);
    await clock.advance(20_000);
    expect(health.report('live').checks['group vigie-scorer']).toMatch(/no look at the group has succeeded for \d+ s/);
    store.groups.read = healthy;
    await clock.advance(1000);
    expect(health.report('live').ok).toBe(true);
  });

  it('is not alive when a change of the group never ends', async () => {
    const { clock, health, store } = await start();
    const { read } = store.groups;
    const stranger = { id: 'dead', topics: ['accesses'], process: store.groups.process };
    store.groups.read = (group) => enter(read(group), stranger);
    store.groups.isDead = ({ id }) => id === 'dead';
    store.groups.update = () => new Promise(() => {});
    await clock.advance(70_000);
    expect(health.report('live').ok).toBe(false);
  });

  it('is not alive when it has ended by itself, and says why; one that has left is', async () => {
    const failing = await start({ assigned: async () => Promise.reject(new Error('no snapshot')) });
    await failing.clock.advance(1000);
    expect(failing.health.report('live').checks['group vigie-scorer']).toBe('the member has ended: no snapshot');
    const leaving = await start();
    await leaving.member.leave();
    await leaving.clock.advance(120_000);
    expect(leaving.health.report('live').ok).toBe(true);
  });
});

async function start(bend: Recorder['bend'] = {}) {
  const clock = new FakeClock();
  const health = new Health();
  const store = new MemoryStore({ accesses: 2 });
  const member = await GroupMember.join(store, options, new Recorder(bend), { clock, random: () => 0.5, log: silentLog, health });
  await clock.advance(1000);
  return { clock, health, store, member };
}
