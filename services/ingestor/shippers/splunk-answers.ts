import type { HttpRefusal } from '../receive/http-refusal.js';
import type { Answer } from '../receive/receiver.js';

/** The answers of Splunk's HTTP Event Collector, by their codes: status and text. */
export const splunkCodes = {
  0: [200, 'Success'],
  2: [401, 'Token is required'],
  4: [403, 'Invalid token'],
  5: [400, 'No data'],
  6: [400, 'Invalid data format'],
  9: [503, 'Server is busy'],
  10: [400, 'Data channel is missing'],
  11: [400, 'Invalid data channel'],
  12: [400, 'Event field is required'],
  13: [400, 'Event field cannot be blank'],
  17: [200, 'HEC is healthy'],
  18: [503, 'HEC is unhealthy, queues are full'],
  27: [413, 'Request entity too large'],
} as const satisfies Readonly<Record<number, readonly [number, string]>>;
export type SplunkCode = keyof typeof splunkCodes;

export function splunkAnswer(code: SplunkCode, more: object = {}): Answer {
  const [status, text] = splunkCodes[code];
  return { status, body: { text, code, ...more } };
}

const codeOfStatus: Readonly<Record<number, SplunkCode>> = { 401: 2, 403: 4, 408: 9, 413: 27, 429: 9, 503: 9 };

/** What a refused request is answered: `Server is busy` where the same may be sent again. */
export function splunkRefusal({ status, message }: HttpRefusal): Partial<Answer> {
  return splunkAnswer(codeOfStatus[status] ?? 6, { reason: message });
}
