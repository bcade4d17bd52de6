import { describe, expect, it } from '@jest/globals';
import { FakeClock } from '#libs/testkit/fake-clock.js';
import { type AskPart, PartsLook } from './parts-look.js';

const answers: AskPart = () => Promise.resolve([true]);
const refuses: AskPart = () => Promise.reject(new Error('refused'));

describe('the parts that pages are made of', () => {
  it('answer, and nothing is said of them', async () => {
    const look = new PartsLook({ store: answers, log: answers, scorers: () => Promise.resolve([true, true]) }, new FakeClock());
    expect(await look.last()).toEqual([
      { part: 'store', known: 1, away: 0, since: undefined },
      { part: 'log', known: 1, away: 0, since: undefined },
      { part: 'scorers', known: 2, away: 0, since: undefined },
    ]);
  });

  it('are away since the first look that found them so, until they answer again', async () => {
    const clock = new FakeClock();
    let store = refuses;
    let scorers = [true, false];
    const look = new PartsLook({ store: () => store(), log: answers, scorers: () => Promise.resolve(scorers) }, clock);
    const first = clock.now();
    expect(await look.last()).toMatchObject([{ away: 1, since: first }, { away: 0 }, { known: 2, away: 1, since: first }]);
    await clock.advance(60_000);
    scorers = [false, false];
    expect(await look.last()).toMatchObject([{ since: first }, {}, { away: 2, since: first }]);
    store = answers;
    scorers = [true, true];
    await clock.advance(5_000);
    expect(await look.last()).toMatchObject([{ since: undefined }, { away: 0 }, { away: 0, since: undefined }]);
  });

  it('are away when they say nothing for three seconds, and are not asked by everybody who looks', async () => {
    const clock = new FakeClock();
    let asked = 0;
    const silent = new Promise<never>(() => {});
    const store: AskPart = () => {
      asked += 1;
      return silent;
    };
    const look = new PartsLook({ store, log: answers, scorers: () => Promise.resolve([]) }, clock);
    const told = Promise.all([look.last(), look.last()]);
    await clock.advance(3_000);
    expect(await told).toEqual([await look.last(), await look.last()]);
    expect([(await look.last())[0], asked]).toMatchObject([{ part: 'store', known: 1, away: 1 }, 1]);
    // Of what nobody says where it is nothing is known.
    expect((await look.last())[2]).toEqual({ part: 'scorers', known: 0, away: 0, since: undefined });
  });
});
