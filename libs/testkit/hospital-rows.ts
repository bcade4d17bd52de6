import type { AccessRow } from '#libs/contracts/access-row.js';
import { type SourceContext, toRows } from '#libs/formats/to-rows.js';
import { parseVigieEvent } from '#libs/formats/vigie/parse-event.js';
import { parseKeyRing } from '#libs/pseudonyms/key-ring.js';
import type { SourceEvent } from './hospital/event.js';

/** The access rows of simulated events, as an ingestor that takes each at once would make them, under a key for tests. */
export function* hospitalRows(events: Iterable<SourceEvent>): Generator<AccessRow> {
  const sources = new Map<string, SourceContext>();
  for (const event of events) {
    const parsed = parseVigieEvent(event);
    if (parsed.kind !== 'accepted') throw new Error(`the simulation made an event that is none: ${parsed.detail}`);
    const source = sources.get(event.group_id) ?? sourceOf(event.group_id);
    sources.set(event.group_id, source);
    yield* toRows(parsed.value, source, event.time, event);
  }
}

function sourceOf(groupId: string): SourceContext {
  const parsed = parseKeyRing(`${groupId}:k1=${Buffer.from('a key for tests of 32 bytes size').toString('base64')}`);
  const keys = 'ring' in parsed ? parsed.ring.group(groupId) : undefined;
  if (!keys) throw new Error('the key for tests cannot be read');
  return { source: 'siem', groupId, authority: 'group', keys };
}
