import { describe, expect, it } from '@jest/globals';
import { Account } from './account.js';
import { type Bar, Bars } from './bars.js';
import { HouseNetworks } from './house-networks.js';
import { knownDays, linkSteps } from './steps.js';

const bar: Bar = { groupId: 'g', actorId: 'a', incidentId: 'i', version: 1, isOpen: true, from: 100, last: 200 };
/** The first step in which an account is trusted again: a day after the incident's last step, and as long as touches link. */
const over = 200 + 144 + linkSteps;

const network = '192.0.2.0/24';
const barred = (step: number, number: number) => ({ step, isBarred: (account: number) => account === number });
const nobody = barred(-1, 0);

describe('an account in an incident', () => {
  it('is barred from the step on that knows of it until what it linked has ended', () => {
    const bars = new Bars();
    bars.take(7, bar);
    expect([99, 100, over - 1, over].map((step) => bars.isBarred(7, step))).toEqual([false, true, true, false]);
    expect(bars.isBarred(8, 100)).toBe(false);
  });

  it('is barred by the newest word of an incident, from the earliest step on, in whatever order they come', () => {
    const later: Bar = { ...bar, version: 2, from: 150, last: 300 };
    for (const words of [
      [bar, later],
      [later, bar],
    ]) {
      const bars = new Bars();
      for (const word of words) bars.take(7, word);
      expect([99, 100, over, over + 99, over + 100].map((step) => bars.isBarred(7, step))).toEqual([
        false,
        true,
        true,
        true,
        false,
      ]);
      bars.take(7, { ...later, version: 3, isOpen: false });
      expect(bars.isBarred(7, 150)).toBe(false);
    }
  });

  it('is forgotten with the last of its incidents', () => {
    const bars = new Bars();
    bars.take(7, bar);
    bars.take(7, { ...bar, incidentId: 'j', last: 300 });
    bars.forget(over);
    expect([bars.has(7), bars.size, bars.isBarred(7, over)]).toEqual([true, 1, true]);
    bars.forget(over + 100);
    expect([bars.has(7), bars.size]).toEqual([false, 0]);
  });
});

describe('a network of the house', () => {
  it('is one that three accounts used on days before, and none in a step in which one of them is barred', () => {
    const networks = new HouseNetworks();
    const accounts = [1, 2, 3].map((number) => new Account(number));
    for (const account of accounts) {
      account.take(10, 11, undefined, network);
      networks.add('g', network, account);
    }
    const found = networks.get('g', network);
    if (!found) throw new Error('the network is not there');
    expect([10, 11, 40, 41].map((day) => networks.isHouse(found, network, day, nobody))).toEqual([false, true, true, false]);
    // On one day: what was found for a step says nothing of another one.
    const steps = [barred(5, 0), barred(6, 3), barred(7, 0), nobody];
    expect(steps.map((now) => networks.isHouse(found, network, 11, now))).toEqual([true, false, true, true]);
    expect(networks.get('h', network)).toBeUndefined();
  });

  it('is let go of with the days of its accounts', () => {
    const networks = new HouseNetworks();
    const account = new Account(1);
    account.take(10, 10, 'c', network);
    networks.add('g', network, account);
    const found = networks.get('g', network);
    expect(account.forget(10)).toBe(true);
    networks.forget();
    expect([networks.get('g', network), found?.isForgotten]).toEqual([found, false]);
    expect(account.forget(11)).toBe(false);
    expect([account.worked.length, account.clinics.size, account.networks.size]).toEqual([0, 0, 0]);
    networks.forget();
    expect([networks.get('g', network), found?.isForgotten]).toEqual([undefined, true]);
  });
});

it('what is known of an account ends after thirty days, and begins when it may be used', () => {
  const account = new Account(1);
  account.take(10, 12, 'c', undefined);
  const days = [11, 12, 10 + knownDays, 11 + knownDays];
  expect(days.map((day) => account.workedBefore(day))).toEqual([0, 1, 1, 0]);
  // The same day again, known earlier.
  account.take(10, 11, 'c', undefined);
  expect(account.workedBefore(11)).toBe(1);
  expect([10, 11].map((usable) => account.has(account.clinics, 'c', 10, usable))).toEqual([false, true]);
  // A fifth of the days is regular, less is not.
  for (const day of [11, 12, 13, 14]) account.take(day, day + 1, 'other', undefined);
  expect(account.isRegularIn('c', 15)).toBe(true);
  account.take(15, 16, 'other', undefined);
  expect(account.isRegularIn('c', 16)).toBe(false);
});
