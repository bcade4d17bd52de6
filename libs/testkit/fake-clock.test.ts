import { describe, expect, it } from '@jest/globals';
import { FakeClock } from './fake-clock.js';

describe('the fake clock', () => {
  it('runs what is due in order of its time, each at its own time, and nothing else', async () => {
    const clock = new FakeClock(1_000);
    const ran: string[] = [];
    const note = (name: string) => () => ran.push(`${name} at ${clock.now()}`);
    void clock.sleep(30).then(note('late'));
    void clock.sleep(10).then(note('early'));
    void clock.sleep(10).then(note('as early, set later'));
    void clock.sleep(31).then(note('not yet'));
    await clock.advance(30);
    expect(ran).toEqual(['early at 1010', 'as early, set later at 1010', 'late at 1030']);
    expect([clock.now(), clock.monotonic(), clock.waiting]).toEqual([1_030, 30, 1]);
  });

  it('lets what a timer sets off wait again within the same advance', async () => {
    const clock = new FakeClock(0);
    const times: number[] = [];
    const work = (async () => {
      for (let i = 0; i < 4; i += 1) {
        await clock.sleep(25);
        times.push(clock.now());
      }
    })();
    await clock.advance(100);
    await work;
    expect(times).toEqual([25, 50, 75, 100]);
  });

  it('repeats until it is told to stop', async () => {
    const clock = new FakeClock(0);
    const times: number[] = [];
    const stop = clock.every(10, () => {
      times.push(clock.monotonic());
      if (times.length === 3) stop();
    });
    await clock.advance(1_000);
    expect(times).toEqual([10, 20, 30]);
    expect(clock.waiting).toBe(0);
    expect(() => clock.every(0, () => {})).toThrow(RangeError);
  });

  it('rejects an aborted sleep with the reason, and forgets it', async () => {
    const clock = new FakeClock();
    const abort = new AbortController();
    const slept = clock.sleep(10, abort.signal);
    abort.abort(new Error('enough'));
    await expect(slept).rejects.toThrow('enough');
    await expect(clock.sleep(10, abort.signal)).rejects.toThrow('enough');
    expect(clock.waiting).toBe(0);
  });

  it('moves no timer when somebody sets the wall clock', async () => {
    const clock = new FakeClock(5_000);
    let rang = false;
    void clock.sleep(10).then(() => (rang = true));
    clock.setWall(0);
    await clock.advance(9);
    expect([rang, clock.now()]).toEqual([false, 9]);
    await clock.advance(1);
    expect(rang).toBe(true);
  });
});
