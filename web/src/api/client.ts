// api/: what the pages ask of the console, and in which words it refuses.
// Types are those of the contracts; nothing is known here that the console does not say.

import { isActive } from '../live/activity.js';

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

async function ask<T>(path: string, init: RequestInit): Promise<T> {
  const headers = { ...init.headers, 'vigie-via': 'console', ...(isActive() && { 'vigie-active': '1' }) };
  let answer: Response;
  try {
    answer = await fetch(path, { ...init, headers, credentials: 'same-origin' });
  } catch (cause) {
    if (init.signal?.aborted) throw cause;
    throw new Refusal(0, 'no_answer', 'the console does not answer');
  }
  const body = await answer.json().catch(() => ({}));
  if (answer.ok) return body as T;
  throw new Refusal(answer.status, String(body.error ?? ''), String(body.message ?? answer.status), body);
}

/** A key of its own for everything that somebody does: asked again with it, it is done once. */
export function newKey(): string {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}
