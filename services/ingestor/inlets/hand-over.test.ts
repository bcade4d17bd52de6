import { describe, expect, it } from '@jest/globals';
import { accepted } from '#libs/runtime/outcome.js';
import type { ConfiguredSource } from '#libs/sources/source.js';
import { FakeClock } from '#libs/testkit/fake-clock.js';
import { HttpRefusal } from '../receive/http-refusal.js';
import type { Custody, Taker } from '../receive/taker.js';
import { HandOver, type HandOverTools } from './hand-over.js';

/** The origins under which messages were handed over, of each attempt; the first `refusals` attempts meet a log that is away. */
function handOver(refusals: number) {
  const origins: string[] = [];
  const clock = new FakeClock();
  const decoded: Taker['decoded'] = async (_items, _source, custody?: Custody) => {
    origins.push(custody?.origin(0, 0) ?? '');
    if (origins.length <= refusals) throw new HttpRefusal(503, 'the log is away');
    return [];
  };
  const tools = {
    clock,
    taker: () => ({ decoded }),
    sources: () => ({ keys: { group: () => ({}) } }),
    metrics: { add: () => {} },
    log: { debug: () => {} },
  } as unknown as HandOverTools;
  const source = { groupId: 'g', source: 's', reading: {} } as unknown as ConfiguredSource;
  const messages = [accepted(Buffer.from('no record'))];
  const hand = new HandOver(tools);
  const take = () => hand.take({ inlet: 'tcp', messages }, source, new AbortController().signal);
  return { origins, clock, take };
}

describe('messages without an answer', () => {
  it('that several connections bring in one millisecond are told apart, so that each is kept', async () => {
    const { origins, take } = handOver(0);
    await Promise.all([take(), take()]);
    expect(origins).toHaveLength(2);
    expect(new Set(origins).size).toBe(2);
  });

  it('are the same ones when they are taken again', async () => {
    const { origins, clock, take } = handOver(1);
    const taken = take();
    await clock.advance(100);
    await taken;
    expect(origins).toEqual([origins[0], origins[0]]);
  });
});
