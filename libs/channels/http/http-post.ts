import { Transient } from '#libs/runtime/outcome.js';

/** Bytes of an answer that are read at most; what follows is cut off, because nobody needs it. */
export const answerBytesMax = 64 * 1024;

export interface HttpAnswer {
  readonly status: number;
  readonly retryAfter: string | undefined;
}

/** The one thing that the notifier asks of HTTP. Rejects with `Transient` when there was no whole answer. */
export interface HttpPost {
  post(url: string, headers: Readonly<Record<string, string>>, body: string, signal: AbortSignal): Promise<HttpAnswer>;
}

/** Node's own client. Redirects are answers like others; compressed answers are not asked for, so that none can be a bomb. */
export const fetchPost: HttpPost = {
  async post(url, headers, body, signal) {
    try {
      const request = { method: 'POST', headers: { ...headers, 'accept-encoding': 'identity' }, body, signal } as const;
      const answer = await fetch(url, { ...request, redirect: 'manual' });
      await readCapped(answer);
      return { status: answer.status, retryAfter: answer.headers.get('retry-after') ?? undefined };
    } catch (cause) {
      throw new Transient(reasonOfFetch(cause), { cause });
    }
  },
};

/** Reads the answer so that the connection can be used again, but not more than the cap. */
async function readCapped(answer: Response): Promise<void> {
  if (!answer.body) return;
  const reader = answer.body.getReader();
  for (let read = 0; read <= answerBytesMax;) {
    const { done, value } = await reader.read();
    if (done) return;
    read += value.byteLength;
  }
  await reader.cancel();
}

/** Causes that one error has at most. */
const depthMax = 4;

/**
 * `fetch failed` says nothing, and so does the `Request was cancelled` below it where a proxy to the outside refuses: the reason (refused, reset, unknown
 * name, the proxy's status) is the innermost. An error of types without one is of a request that could not be made, and quotes its headers or its
 * address, which may be secrets.
 */
export function reasonOfFetch(cause: unknown): string {
  let inner: string | undefined;
  for (let at = causeIn(cause), depth = 0; at !== undefined && depth < depthMax; at = causeIn(at), depth += 1)
    inner = messageIn(at) ?? messageIn(firstOf(at)) ?? inner;
  if (inner === undefined && isTypeError(cause)) return 'the request could not be made: look at the address and the headers';
  return inner ?? messageIn(cause) ?? 'no answer';
}

/** By its name: the client's errors may be of another realm than ours. */
function isTypeError(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'name' in value && value.name === 'TypeError';
}

function causeIn(value: unknown): unknown {
  return typeof value === 'object' && value !== null && 'cause' in value ? value.cause : undefined;
}

/** Where a name has several addresses, an error without a message holds one of each. */
function firstOf(value: unknown): unknown {
  return typeof value === 'object' && value !== null && 'errors' in value && Array.isArray(value.errors)
    ? (value.errors[0] as unknown)
    : undefined;
}

function messageIn(value: unknown): string | undefined {
  const message = typeof value === 'object' && value !== null && 'message' in value ? value.message : undefined;
  return typeof message === 'string' && message !== '' ? message : undefined;
}
