// api/: what the pages ask of the console, and in which words it refuses.
// Types are those of the contracts; nothing is known here that the console does not say.

import { isActive } from '../live/activity.js';
import { clockLearner } from '../live/clock.js';

/** What the console refused, or that it did not answer. */
export class Refusal extends Error {
  override readonly name = 'Refusal';

  constructor(
    /** Zero where nothing came. */
    readonly status: number,
    /** The word for programs; empty where none came. */
    readonly word: string,
    message: string,
    readonly body: Readonly<Record<string, unknown>> = {},
  ) {
    super(message);
  }
}

/** Asks for JSON. Rejects with `Refusal`. */
export async function get<T>(path: string, signal?: AbortSignal): Promise<T> {
  return ask(path, { ...(signal && { signal }) });
}

/** Sends JSON. Rejects with `Refusal`. */
export async function post<T>(path: string, body: object, key?: string): Promise<T> {
  return ask(path, {
    method: 'POST',
    body: JSON.stringify(body),
    headers: { 'content-type': 'application/json', ...(key && { 'idempotency-key': key }) },
  });
}

/** Changes part of what there is. Rejects with `Refusal`. */
export async function patch<T>(path: string, body: object, key: string): Promise<T> {
  return ask(path, {
    method: 'PATCH',
    body: JSON.stringify(body),
    headers: { 'content-type': 'application/json', 'idempotency-key': key },
  });
}

/** Takes away. Rejects with `Refusal`. */
export async function remove<T>(path: string): Promise<T> {
  return ask(path, { method: 'DELETE' });
}

/** Words by which the console says that it does not know who asks. */
const nobodys: ReadonlySet<string> = new Set(['no_user', 'no_session']);

/** Whether a refusal says that the session of who looks is over. */
export function isOfNobody(cause: unknown): boolean {
  return cause instanceof Refusal && cause.status === 401 && nobodys.has(cause.word);
}

let onNobody = () => {};

/** Calls `post` whenever the console does not know who asks: a session ends between two questions. */
export function whenNobody(post: () => void): void {
  onNobody = post;
}

async function ask<T>(path: string, init: RequestInit): Promise<T> {
  const headers = { ...init.headers, 'vigie-via': 'console', ...(isActive() && { 'vigie-active': '1' }) };
  const learnClock = clockLearner();
  let answer: Response;
  try {
    answer = await fetch(path, { ...init, headers, credentials: 'same-origin' });
  } catch (cause) {
    if (init.signal?.aborted) throw cause;
    throw new Refusal(0, 'no_answer', 'the console does not answer');
  }
  learnClock(answer.headers.get('date'));
  const body = await answer.json().catch(() => ({}));
  if (answer.ok) return body as T;
  const refusal = new Refusal(answer.status, String(body.error ?? ''), String(body.message ?? answer.status), body);
  if (isOfNobody(refusal)) onNobody();
  throw refusal;
}

/** A key of its own for everything that somebody does: asked again with it, it is done once. */
export function newKey(): string {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}
