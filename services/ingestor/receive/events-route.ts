import type { Route } from './receiver.js';
import type { Taker } from './taker.js';

/** `POST /v1/events`: Vigie's own format. */
export function eventsRoute(taker: () => Taker): Route {
  return {
    mediaTypes: [
      'application/json',
      'application/x-ndjson',
      'application/ndjson',
      'application/jsonl',
      'application/x-jsonlines',
      'text/plain',
    ],
    answer: async (body, source) => ({ status: 200, body: await taker().events(body, source) }),
    refusal: ({ message, refused }) => ({ body: { error: message, ...(refused.length ? { refused } : {}) } }),
  };
}
