import { isNativeError } from 'node:util/types';

/** What a step says of its input. Bad data is a value, never an exception. */
export type Outcome<T> = Accepted<T> | Rejected | Ignored;

export interface Accepted<T> {
  readonly kind: 'accepted';
  readonly value: T;
}
export interface Rejected {
  readonly kind: 'rejected';
  /** A word for metrics: `missing_field`, `unreadable_patient`. */
  readonly reason: string;
  readonly field: string;
  /** The sentence for the person who sent it: what, why, what to do. */
  readonly detail: string;
}
export interface Ignored {
  readonly kind: 'ignored';
  readonly reason: string;
}

export function accepted<T>(value: T): Accepted<T> {
  return { kind: 'accepted', value };
}
export function rejected(reason: string, field: string, detail: string): Rejected {
  return { kind: 'rejected', reason, field, detail };
}
export function ignored(reason: string): Ignored {
  return { kind: 'ignored', reason };
}

/** A failure of the outside world that may pass: retried, bounded and with jitter, around the one call that it came from. */
export class Transient extends Error {
  override readonly name = 'Transient';
}

/** For the `default` of a switch over a union: the compiler proves that it is never reached. */
export function assertNever(value: never): never {
  throw new Error(`unexpected value ${JSON.stringify(value)}`);
}

/**
 * Whether something is an error, of whichever realm. `instanceof Error` asks for the `Error` of this realm alone: what modules of Node throw is none
 * where the code runs in a context of its own, as under Jest, and a file that is missing would count as a bug.
 */
export function isError(cause: unknown): cause is Error {
  return cause instanceof Error || isNativeError(cause);
}

/** What an error says; of anything else that was thrown, its text. */
export function messageOf(cause: unknown): string {
  return isError(cause) ? cause.message : String(cause);
}

/** The code that Node gives its errors, such as `ENOENT`; undefined where there is none. */
export function codeOf(cause: unknown): string | undefined {
  return isError(cause) && 'code' in cause ? String(cause.code) : undefined;
}
