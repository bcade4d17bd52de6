import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { Lane } from './lane.js';

describe('a lane', () => {
  it('runs as many as it has places, the rest in the order in which they came', async () => {
    const lane = new Lane('read', 2, 10);
    const gates = Array.from({ length: 4 }, () => Promise.withResolvers<void>());
    const begun: number[] = [];
    const runs = gates.map(({ promise }, n) => lane.run(never, () => (begun.push(n), promise)));
    await settled();
    expect([begun, lane.running, lane.waiting]).toEqual([[0, 1], 2, 2]);
    gates[1]?.resolve();
    await runs[1];
    await settled();
    expect(begun).toEqual([0, 1, 2]);
    for (const { resolve } of gates) resolve();
    await Promise.all(runs);
    expect([begun, lane.running, lane.waiting]).toEqual([[0, 1, 2, 3], 0, 0]);
  });

  it('refuses what its queue cannot hold, with code 202', async () => {
    const lane = new Lane('write', 1, 0);
    const gate = Promise.withResolvers<void>();
    const first = lane.run(never, () => gate.promise);
    await expect(lane.run(never, () => Promise.resolve())).rejects.toMatchObject({ code: 202, status: 503 });
    gate.resolve();
    await first;
    expect(await lane.run(never, () => Promise.resolve('again'))).toBe('again');
  });

  it('forgets who leaves while waiting, and never begins their work', async () => {
    const lane = new Lane('read', 1, 5);
    const gate = Promise.withResolvers<void>();
    const first = lane.run(never, () => gate.promise);
    const leaving = new AbortController();
    const left = lane.run(leaving.signal, () => Promise.reject(new Error('begun')));
    leaving.abort(new Error('gone'));
    await expect(left).rejects.toThrow('gone');
    expect(lane.waiting).toBe(0);
    await expect(lane.run(AbortSignal.abort(new Error('gone before')), () => Promise.resolve())).rejects.toThrow('gone before');
    gate.resolve();
    await first;
    expect(lane.running).toBe(0);
  });

  it('gives one owner a part of its places and of its queue, whatever comes in what order', async () => {
    const owner = fc.constantFrom('a', 'b', 'c');
    const act = fc.oneof(fc.record({ enter: owner }), fc.record({ leave: fc.nat(20) }));
    await fc.assert(
      fc.asyncProperty(fc.array(act, { maxLength: 80 }), async (acts) => {
        const lane = new Lane('read', 6, 8, 4);
        const inside: { readonly owner: string; readonly end: () => void }[] = [];
        const runs: Promise<unknown>[] = [];
        for (const one of acts) {
          if ('leave' in one) inside.splice(one.leave % Math.max(1, inside.length), 1)[0]?.end();
          else {
            const gate = Promise.withResolvers<void>();
            const work = () => (inside.push({ owner: one.enter, end: gate.resolve }), gate.promise);
            runs.push(lane.run(never, work, one.enter).catch((cause: unknown) => expect(cause).toMatchObject({ code: 202 })));
          }
          await settled();
          const held = (name: string) => inside.filter((place) => place.owner === name).length;
          expect(inside.length).toBe(lane.running);
          for (const name of ['a', 'b', 'c']) expect(held(name)).toBeLessThanOrEqual(4);
          // Nobody waits for a place that is there for somebody who waits.
          if (lane.waiting > 0) expect(lane.running === 6 || ['a', 'b', 'c'].some((name) => held(name) === 4)).toBe(true);
        }
        while (inside.length > 0) {
          inside.shift()?.end();
          await settled();
        }
        await Promise.all(runs);
        expect([lane.running, lane.waiting]).toEqual([0, 0]);
      }),
    );
  });

  it('gives the place back when the work fails', async () => {
    const lane = new Lane('read', 1, 0);
    await expect(lane.run(never, () => Promise.reject(new Error('bad')))).rejects.toThrow('bad');
    expect(lane.running).toBe(0);
  });
});

const never = new AbortController().signal;

/** All that is ready has run. */
function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
