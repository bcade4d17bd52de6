// answer/: what the console says of cases: finding one by its first digits, lists in pages, timelines.
// It reads, and changes nothing.

import type { SeenRow } from '#libs/contracts/seen-case.js';

/** What is said. A case in it is one that went through `visible/`. */
export interface Body {
  readonly [name: string]: unknown;
  readonly case?: SeenRow;
}

/** What a request is answered with. */
export interface Answer {
  readonly status: number;
  readonly body: Body;
  readonly location?: string;
  readonly shows?: Shown;
}

/** What an answer shows, for the audit. */
export interface Shown {
  /** Empty where it is no one case. */
  readonly case_id: string;
  /** Cases, lines, attempts. */
  readonly rows: number;
  /** Of these, patients: a list that is judged as an access to Vigie itself. */
  readonly patients?: { readonly action: 'list' | 'export'; readonly records: number };
}

export function ok(body: Body, shows: Shown): Answer {
  return { status: 200, body, shows };
}

/** An action that can never be taken as it is, for what is in a field of it. */
export function unfit(message: string, field: string): Answer {
  return refused(422, 'unfit_action', message, { field });
}

/** `error` is a word for programs, `message` a sentence for people: what was refused, and what to do. It quotes nothing that was sent. */
export function refused(status: number, error: string, message: string, more: Body = {}): Answer {
  return { status, body: { error, message, ...more } };
}

/** Of a case that is in the store as it was before: its list would be another one's. */
export const storeBehind = refused(
  503,
  'store_away',
  'the store has not heard yet how this case stands: ask again in a few seconds, with the same Idempotency-Key where there is one',
);
