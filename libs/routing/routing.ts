// routing/: who is told of a case, what, and when. Pure: a file as text in, and for a case and an instant the messages that are due.
// The road: read-routing.ts reads the file, plan.ts makes the messages of some cases, due.ts says which of them to send now.
import type { Receiver } from '#libs/channels/receivers/schema.js';
import type { levels } from '#libs/contracts/incident.js';
import type { Calendar } from './calendar.js';
import type { Schedule } from './on-call.js';

export type Level = (typeof levels)[number];

/** Who a step tells. */
export type Target =
  | { readonly kind: 'receiver'; readonly name: string }
  | { readonly kind: 'person'; readonly id: string }
  | { readonly kind: 'on-call'; readonly schedule: string };

export interface Step {
  /** After the policy began, milliseconds. */
  readonly afterMs: number;
  readonly tell: readonly Target[];
}

/** Whom a case is told, until somebody takes it. */
export interface Policy {
  readonly name: string;
  readonly steps: readonly Step[];
  /** How often all steps are gone through again. */
  readonly repeat: number;
  /** From the last step of a round to the first of the next, milliseconds. */
  readonly pauseMs: number;
}

/** What a route looks at. An empty list stands for all; a case of several clinics or rules fits by one of them. */
export interface Match {
  readonly levelMin: Level;
  readonly groups: readonly string[];
  readonly clinics: readonly string[];
  readonly controllers: readonly string[];
  readonly rules: readonly string[];
  readonly within: { readonly calendar: Calendar; readonly when: 'open' | 'closed' } | undefined;
}

export interface Route {
  readonly match: Match;
  /** Undefined for a route that only waits. */
  readonly policy: string | undefined;
  readonly goesOn: boolean;
  /** Waits until its calendar opens; critical never waits. */
  readonly hold: boolean;
}

export interface Digest {
  /** Minutes of the local day. */
  readonly minute: number;
  readonly timezone: string;
  readonly tell: readonly Target[];
}

export interface Deadlines {
  readonly tell: readonly Target[];
  /** Before the end and after it, milliseconds. */
  readonly beforeMs: readonly number[];
  readonly afterMs: readonly number[];
}

export interface Routing {
  readonly receivers: ReadonlyMap<string, Receiver>;
  /** By their ids, the receivers that reach them. */
  readonly people: ReadonlyMap<string, readonly string[]>;
  readonly schedules: ReadonlyMap<string, Schedule>;
  readonly policies: ReadonlyMap<string, Policy>;
  readonly routes: readonly Route[];
  readonly deadlines: Deadlines | undefined;
  readonly digest: Digest | undefined;
}
