import { describe, expect, it } from '@jest/globals';
import { silentLog } from '#libs/runtime/log.js';
import { Metrics } from '#libs/runtime/metrics.js';
import { Transient } from '#libs/runtime/outcome.js';
import { FakeClock } from '#libs/testkit/fake-clock.js';
import type { Position } from './port.js';
import { ReadingProgress } from './reading-progress.js';

const topic = 'accesses';
const away = () => Promise.reject(new Transient('Kafka did not answer within 15000 ms'));

describe('whether reading moves', () => {
  it('one partition that stands still is seen although the others move', async () => {
    const life = start('next');
    await life.looks(90, (second) => [at(0, { next: 5, end: 9 }), at(1, { next: second, end: second + 10 })]);
    expect(life.progress.still(60_000)).toMatchObject({ at: { topic, partition: 0 }, stillMs: 89_000 });
    expect(await life.stalled()).toEqual({ 0: 1, 1: 0 });
  });

  it('a partition that moves again, or has nothing to read, does not stand still', async () => {
    const life = start('next');
    await life.looks(90, () => [at(0, { next: 5, end: 9 })]);
    await life.looks(1, () => [at(0, { next: 6, end: 9 })]);
    expect(life.progress.still(0)).toBeUndefined();
    await life.looks(90, () => [at(0, { next: 9, end: 9 })]);
    expect(life.progress.still(0)).toBeUndefined();
    expect(await life.stalled()).toEqual({ 0: 0 });
  });

  it('time in which the log cannot be asked proves no standstill, idle or not', async () => {
    const life = start('next');
    await life.looks(10, () => [at(0, { next: 5, end: 9 })]);
    await life.ask(3600, away);
    expect(life.progress.still(10_000)).toBeUndefined();
    expect(life.progress.unknown).toMatch(/cannot be asked .*15000 ms/);
    await life.looks(30, () => [at(0, { next: 5, end: 9 })]);
    expect(life.progress.unknown).toBeUndefined();
    expect(life.progress.still(10_000)?.stillMs).toBe(38_000);
  });

  it('work that is tried again because something outside is away is stalled and no standstill', async () => {
    const life = start('next');
    await life.looks(300, () => [at(3, { next: 5, end: 9, retrying: true })]);
    expect(life.progress.still(0)).toBeUndefined();
    expect(life.progress.retrying).toBe('the same work is tried again: accesses/3');
    expect(await life.stalled()).toEqual({ 3: 1 });
  });

  it('what counts for a reader that commits late is its commits', async () => {
    const life = start('committed');
    await life.looks(60, (second) => [at(0, { next: second, end: 100, committed: 7 })]);
    expect(life.progress.still(50_000)).toMatchObject({ stillMs: 59_000 });
  });

  it('a partition that has left leaves no figure behind', async () => {
    const life = start('next');
    await life.looks(60, () => [at(0, { next: 5, end: 9 }), at(1, { next: 5, end: 9 })]);
    await life.looks(1, () => [at(1, { next: 5, end: 9 })]);
    expect(Object.keys(await life.stalled())).toEqual(['1']);
    expect(await life.metrics.registry.metrics()).not.toMatch(/partition="0"/);
  });
});

function at(partition: number, rest: Partial<Position>): Position {
  return { topic, partition, end: 0, next: 0, committed: -1, ...rest };
}

function start(moves: 'next' | 'committed') {
  const clock = new FakeClock();
  const metrics = new Metrics('scorer');
  const progress = new ReadingProgress('vigie-scorer', moves, { clock, metrics, log: silentLog });
  const ask = async (seconds: number, answer: (second: number) => Promise<readonly Position[]>) => {
    for (let second = 0; second < seconds; second += 1) {
      await progress.look(() => answer(second));
      await clock.advance(1000);
    }
  };
  return {
    progress,
    metrics,
    ask,
    looks: (seconds: number, answer: (second: number) => readonly Position[]) => ask(seconds, async (second) => answer(second)),
    async stalled(): Promise<Readonly<Record<string, number>>> {
      const { values } = (await metrics.registry.getSingleMetric('vigie_stalled')?.get()) ?? { values: [] };
      return Object.fromEntries(values.map(({ labels, value }) => [String(labels['partition']), value]));
    },
  };
}
