import type { AccessEvent } from '../event.js';
import { plainReading, type Reading } from '../input-format.js';
import { payloadOf } from '../payload.js';
import { readPayload } from './read-payload.js';

/** When what tests read arrives. */
export const receivedMs = Date.UTC(2026, 10, 28, 12);

/** The events that a text or a value is read to, and the words of what is refused. */
export function reads(content: unknown, reading: Partial<Reading> = {}): readonly (AccessEvent | string)[] {
  const text = typeof content === 'string' ? content : JSON.stringify(content);
  const payload = payloadOf(Buffer.from(text), { receivedMs });
  if (payload.kind === 'rejected') return [payload.reason];
  return [...readPayload(payload.value, { ...plainReading, ...reading })].map(({ outcome }) =>
    outcome.kind === 'accepted' ? outcome.value : outcome.reason,
  );
}

/** The one event of a record; the word of its refusal is thrown. */
export function readOne(content: unknown, reading: Partial<Reading> = {}): AccessEvent {
  const [first, ...rest] = reads(content, reading);
  if (typeof first !== 'object' || rest.length) throw new Error(`not one event: ${String(first)} and ${rest.length} more`);
  return first;
}
