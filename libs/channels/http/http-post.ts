import { reasonOfFetch } from '#libs/runtime/outgoing/reason-of-fetch.js';
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
