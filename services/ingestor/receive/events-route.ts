import type { IngestPipeline } from '../pipeline.js';
import type { Route } from './receiver.js';

/** `POST /v1/events`: Vigie's own format. */
export function eventsRoute(pipeline: () => IngestPipeline): Route {
  return {
    mediaTypes: [
      'application/json',
      'application/x-ndjson',
      'application/ndjson',
      'application/jsonl',
      'application/x-jsonlines',
      'text/plain',
    ],
    answer: async (body, source) => ({ status: 200, body: await pipeline().events(body, source) }),
    refusal: ({ message, refused }) => ({ body: { error: message, ...(refused.length ? { refused } : {}) } }),
  };
}
