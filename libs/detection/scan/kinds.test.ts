import { describe, expect, it } from '@jest/globals';
import type { AccountNumber, LedgerNumber, MarkNumber, Milliseconds } from './kinds.js';
import { outside } from './outside.js';

describe('kinds of numbers', () => {
  it('let plain numbers in, and none of another kind: the compiler says so', () => {
    const account: AccountNumber = 3;
    const ledger: LedgerNumber = account + 1;
    // @ts-expect-error a ledger is no account
    const wrong: AccountNumber = ledger;
    // @ts-expect-error a length of time is no mark
    const mark: MarkNumber = 5 as Milliseconds;
    expect([account, ledger, wrong, mark]).toEqual([3, 4, 4, 5]);
  });
});

describe('a read outside a column', () => {
  const checks = globalThis as { vigieInvariants?: boolean };

  it('is an error where tests run, and 0 elsewhere', () => {
    const column = new Uint32Array(4);
    expect(column[3] ?? outside()).toBe(0);
    expect(() => column[4] ?? outside()).toThrow(new RangeError('a column of numbers was read outside its length'));
    checks.vigieInvariants = false;
    try {
      expect(column[4] ?? outside()).toBe(0);
    } finally {
      checks.vigieInvariants = true;
    }
  });
});
