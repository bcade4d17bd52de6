import * as fc from 'fast-check';
import type { Field, Selection } from '../rule/rule.js';
import { and, type Match, not, or, test } from '../rules/match/match.js';
import { selectionOf } from '../rules/match/selection.js';

export const minute = 60_000;
export const hour = 60 * minute;
export const base = Date.parse('2026-03-02T08:00:00.000Z');

export const is = (field: Field, literal: string): Match => test({ kind: 'glob', field, parts: [{ literal }], cased: false });
const present = (field: Field): Match => test({ kind: 'present', field });
const from = (at: number): Match => test({ kind: 'instant', field: 'time', fromMs: base + at });

const conditions: readonly Match[] = [
  and([is('action', 'read'), not(is('outcome', 'failure')), present('patient_id')]),
  and([or([is('action', 'read'), is('action', 'export')]), not(is('actor_id', 'b'))]),
  or([present('action')]),
  is('application', 'x'),
  is('action', 'export'),
  and([is('clinic_id', '3'), from(10 * minute)]),
  and([present('session_id'), test({ kind: 'truth', field: 'emergency', value: true })]),
  test({ kind: 'same', field: 'session_id', other: 'application', cased: false }),
  and([or([1, 2].map((patient) => is('patient_id', patient.toString(16).padStart(32, '0')))), present('clinic_id')]),
];

/** Some bring no tree, so that rows are asked. */
export function selectionFor(condition: Match, treeless: boolean): Selection {
  const { tree, ...rest } = selectionOf(condition);
  return treeless || !tree ? rest : { ...rest, tree };
}

const anyCondition = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...conditions.slice(0, 2)) },
  fc.constantFrom(...conditions),
);
const exceptional: readonly Match[] = [is('application', 'x'), is('clinic_id', '2'), is('outcome', 'unknown')];

/** A condition, with or without something taken out of it until an instant. */
export interface Base {
  readonly full: Match;
  readonly except: { readonly of: Match; readonly until: number } | undefined;
  readonly treeless: boolean;
}
export const anyBase: fc.Arbitrary<Base> = fc.record({
  full: anyCondition,
  except: fc.option(
    fc.record({ of: fc.constantFrom(...exceptional), until: fc.constantFrom(5 * minute, hour, 48 * hour, 1e12) }),
    { nil: undefined, freq: 3 },
  ),
  treeless: fc.boolean(),
});
export const filtered = ({ full, except }: Base): Match =>
  except ? and([full, or([not(except.of), from(except.until)])]) : full;
export const excluded = ({ full, except }: Base): Match | undefined => except && and([full, except.of, not(from(except.until))]);
