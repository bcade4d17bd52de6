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
