import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { compileSeries } from '../compile/compile-series.js';
import type { CompiledRule } from '../compile/series.js';
import { and } from '../rules/match/match.js';
import { selectionOf } from '../rules/match/selection.js';
import { aRule } from '#libs/testkit/a-rule.js';
import { type Anchor, Settler } from './settler.js';

const cell = new Uint8Array(0);
const quietMs = 3_600_000;

describe('anchors that wait', () => {
  it('are refused when they should have been judged before, and come out once each when they are due, or when their account goes on without them, earliest first', () => {
    const rule = settling();
    const step = fc.oneof(
      fc.record({ time: fc.integer({ min: 0, max: 5_000_000 }), account: fc.integer({ min: 1, max: 5 }) }),
      fc.record({ reached: fc.integer({ min: 0, max: 8_000_000 }) }),
      fc.record({ all: fc.integer({ min: 1, max: 5 }) }),
      fc.record({ newest: fc.integer({ min: 0, max: 8_000_000 }), of: fc.integer({ min: 1, max: 5 }) }),
    );
    fc.assert(
      fc.property(fc.array(step), (steps) => {
        const settler = new Settler();
        const waiting = new Map<string, number>();
        let judgedUntil = Number.NEGATIVE_INFINITY;
        for (const one of steps) {
          if ('time' in one) {
            const isInTime = one.time + rule.settleMs > judgedUntil;
            expect(settler.add(anchorOf(rule, one.time, one.account))).toBe(isInTime);
            if (isInTime) waiting.set(`${one.account} ${one.time}`, one.time);
            continue;
          }
          if ('all' in one) {
            const taken = settler.takeOf(({ account }) => account === one.all);
            for (const { account, time } of taken) expect(waiting.delete(`${account} ${time}`)).toBe(true);
            expect(settler.size).toBe(waiting.size);
            continue;
          }
          if ('newest' in one) {
            const behind = [...waiting].filter(
              ([key, time]) => key.startsWith(`${one.of} `) && time - rule.timespanMs < one.newest - rule.series.horizonMs,
            );
            const taken = settler.takeBehind(one.of, one.newest);
            expect(taken.map(({ account, time }) => `${account} ${time}`).toSorted()).toEqual(
              behind.map(([key]) => key).toSorted(),
            );
            for (const [key] of behind) waiting.delete(key);
            expect(settler.size).toBe(waiting.size);
            continue;
          }
          judgedUntil = Math.max(judgedUntil, one.reached);
          const due = [...waiting].filter(([, time]) => time + rule.settleMs <= one.reached);
          const given = allOf(settler, one.reached);
          expect(given).toEqual(given.toSorted((a, b) => a.time - b.time));
          expect(new Set(given.map(({ account, time }) => `${account} ${time}`))).toEqual(new Set(due.map(([key]) => key)));
          for (const [key] of due) waiting.delete(key);
        }
      }),
    );
  });

  it('take what a firing sets, however far event time has come meanwhile', () => {
    const rule = settling();
    const settler = new Settler();
    expect(settler.add(anchorOf(rule, 1000, 1))).toBe(true);
    const reached = 1000 + 10 * rule.settleMs;
    expect(settler.next(reached)?.account).toBe(1);
    // It is due after the one that sets it, and before what time has reached.
    expect(settler.add(anchorOf(rule, 1000, 2))).toBe(false);
    expect(settler.add(anchorOf(rule, 1001, 2))).toBe(true);
    expect(settler.next(reached)?.account).toBe(2);
    expect(settler.next(reached)).toBeUndefined();
    expect(settler.add(anchorOf(rule, reached - rule.settleMs, 3))).toBe(false);
  });
});

function allOf(settler: Settler, reached: number): Anchor[] {
  const given: Anchor[] = [];
  for (let anchor = settler.next(reached); anchor; anchor = settler.next(reached)) given.push(anchor);
  return given;
}

function anchorOf(rule: CompiledRule, time: number, account: number): Anchor {
  return { rule, account, ledger: account, cell, time };
}

/** A rule that more accesses could undo. */
function settling(): CompiledRule {
  const rule = { ...aRule({ selection: selectionOf(and([])) }), condition: { atLeast: 1, atMost: 3 } };
  const [compiled] = compileSeries([rule], [], { quietMs, allowedLatenessMs: 900_000 }).rules;
  if (!compiled) throw new Error('the rule was not compiled');
  return compiled;
}
