import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { askedBy, type AuditFact, type AuditRow, auditRow } from '#libs/contracts/audit-row.js';
import { isoOf } from '#libs/runtime/clock.js';
import { AuditChain, type ChainHead, headNumber, headText, readHead } from './chain.js';
import { type BadRow, ChainCheck, type ChainFindings } from './chain-check.js';

const chainId = 'c'.repeat(32);
const text = fc.string({ unit: 'grapheme', maxLength: 20 });

const facts: fc.Arbitrary<AuditFact> = fc.record({
  at: fc.nat().map((ms) => isoOf(1_780_000_000_000 + ms)),
  by: text,
  via: fc.constantFrom(...askedBy),
  method: fc.constantFrom('GET', 'POST'),
  route: fc.constantFrom('/v1/cases', '/v1/cases/:id', ''),
  case_id: fc.constantFrom('', 'a'.repeat(32)),
  rows: fc.nat(200),
  status: fc.constantFrom(200, 303, 401, 403, 409, 503),
  remote_address: fc.oneof(fc.ipV4(), fc.ipV6()),
});

const chains = fc.array(facts, { minLength: 2, maxLength: 12 }).map(chainOf);

/** Another value for a column, of its kind. */
const otherValue: Readonly<Record<string, (value: never) => unknown>> = {
  string: (value: string) => (value.startsWith('f') ? `e${value.slice(1)}` : `f${value.slice(1)}`),
  number: (value: number) => value + 1,
};

describe('a chain of audit rows', () => {
  it('holds as it was made, also with frames that lie in the log twice', () => {
    fc.assert(
      fc.property(chains, fc.nat(11), (rows, at) => {
        for (const row of rows) expect(auditRow.parse(row)).toEqual(row);
        const again = rows.slice(0, (at % rows.length) + 1);
        for (const read of [rows, [...again, ...again.slice(-1), ...rows.slice(again.length)]])
          expect(checked(read)).toMatchObject({ holds: rows.length, head: rows.at(-1)?.sha256, bad: undefined });
      }),
    );
  });

  it('shows any column of any row that was changed', () => {
    fc.assert(
      fc.property(chains, fc.nat(11), fc.constantFrom(...Object.keys(auditRow.shape)), (rows, nth, column) => {
        const at = nth % rows.length;
        const changed = rows.map((row, index) => (index === at ? flipped(row, column) : row));
        expect(checked(changed)).toMatchObject({ holds: at, bad: { number: changed[at]?.number, fault: 'changed' } });
      }),
      { numRuns: 500 },
    );
  });

  it('shows a row that was changed with its digest made anew, by the row after it', () => {
    fc.assert(
      fc.property(chains, fc.nat(11), facts, (rows, nth, fact) => {
        const at = nth % (rows.length - 1);
        const forged = chainOf([...rows.slice(0, at), fact])[at] as AuditRow;
        fc.pre(forged.sha256 !== rows[at]?.sha256);
        expect(bad(rows.with(at, forged))).toEqual({ number: at + 2, fault: 'changed' });
      }),
    );
  });

  it('shows a row that is missing before a later one, and none that is missing at the end', () => {
    fc.assert(
      fc.property(chains, fc.nat(11), fc.integer({ min: 1, max: 3 }), (rows, nth, count) => {
        const at = nth % rows.length;
        const left = rows.toSpliced(at, count);
        const atTheEnd = at + count >= rows.length;
        expect(bad(left)).toEqual(atTheEnd ? undefined : { number: at + 1, fault: 'missing' });
        expect(checked(left).holds).toBe(at);
      }),
    );
  });

  it('shows two rows in each other’s place', () => {
    fc.assert(
      fc.property(chains, fc.nat(11), fc.nat(11), (rows, one, other) => {
        const [at, later] = [one % rows.length, other % rows.length].toSorted((a, b) => a - b) as [number, number];
        fc.pre(at < later);
        const swapped = rows.with(at, rows[later] as AuditRow).with(later, rows[at] as AuditRow);
        expect(bad(swapped)).toEqual({ number: at + 1, fault: 'out_of_order' });
      }),
    );
  });

  it('shows a row that was put in, under a number that another has or under one of its own', () => {
    fc.assert(
      fc.property(chains, fc.nat(11), facts, (rows, nth, fact) => {
        const at = nth % rows.length;
        // Made as the console makes them, and so whole in itself.
        const forged = chainOf([...rows.slice(0, at), fact])[at] as AuditRow;
        fc.pre(forged.sha256 !== rows[at]?.sha256);
        expect(bad(rows.toSpliced(at + 1, 0, forged))).toEqual({ number: at + 1, fault: 'doubled' });
        const moved = { ...forged, number: rows.length + 1 };
        expect(bad([...rows, moved])).toEqual({ number: rows.length + 1, fault: 'changed' });
      }),
    );
  });

  it('holds against heads that were kept of it, whole or their first thirteen digits, as texts too', () => {
    fc.assert(
      fc.property(chains, fc.nat(11), fc.integer({ min: 13, max: 64 }), (rows, nth, digits) => {
        const head = headOf(rows, nth, digits);
        expect(readHead(headText(head))).toEqual(head);
        expect(headNumber(head).toString(16).padStart(13, '0')).toBe(head.sha256.slice(0, 13));
        expect(checked(rows, [head, headOf(rows, nth + 1)])).toMatchObject({ holds: rows.length, bad: undefined });
      }),
    );
  });

  it('shows against a head that was kept a chain made anew from any row on, rows gone from the end, and a chain that is gone', () => {
    fc.assert(
      fc.property(chains, fc.nat(11), facts, (rows, nth, fact) => {
        const at = nth % rows.length;
        const heads = [headOf(rows, rows.length - 1, 13)];
        // Every row whole in itself, as whoever may write the store would make them.
        const anew = chainOf([...rows.slice(0, at), fact, ...rows.slice(at + 1)].map(factOf));
        fc.pre(anew.at(-1)?.sha256 !== rows.at(-1)?.sha256);
        expect(bad(anew)).toBeUndefined();
        expect(checked(anew, heads)).toMatchObject({ holds: rows.length - 1, bad: { number: rows.length, fault: 'made_anew' } });
        expect(checked(rows.slice(0, at), heads).bad).toEqual({ number: at + 1, fault: 'cut_off' });
      }),
    );
  });

  it('shows a row of another chain', () => {
    fc.assert(
      fc.property(chains, facts, (rows, fact) => {
        const foreign = new AuditChain('d'.repeat(32)).next(fact);
        expect(bad(rows.with(0, foreign))).toEqual({ number: 1, fault: 'changed' });
      }),
    );
  });
});

function chainOf(all: readonly AuditFact[]): readonly AuditRow[] {
  const chain = new AuditChain(chainId);
  return all.map((fact) => chain.next(fact));
}

function headOf(rows: readonly AuditRow[], nth: number, digits = 64): ChainHead {
  const { number, sha256 } = rows[nth % rows.length] as AuditRow;
  return { chainId, rows: number, sha256: sha256.slice(0, digits) };
}

function factOf({ at, by, via, method, route, case_id, rows, status, remote_address }: AuditFact): AuditFact {
  return { at, by, via, method, route, case_id, rows, status, remote_address };
}

function checked(rows: readonly AuditRow[], kept: readonly ChainHead[] = []): ChainFindings {
  const check = new ChainCheck(chainId, kept);
  for (const row of rows) check.take(row);
  return check.findings;
}

function bad(rows: readonly AuditRow[]): BadRow | undefined {
  return checked(rows).bad;
}

function flipped(row: AuditRow, column: string): AuditRow {
  const value = row[column as keyof AuditRow];
  return { ...row, [column]: otherValue[typeof value]?.(value as never) } as AuditRow;
}
