import { toRows, rowLine, type SourceContext } from '#libs/formats/to-rows.js';
import { parseVigieEvent } from '#libs/formats/vigie/parse-event.js';
import { parseKeyRing } from '#libs/pseudonyms/key-ring.js';
import type { SentEvent } from '../hospital/event.js';
import type { Stamps } from './stamps.js';

/** A key that guards nothing: the patients are invented. */
const keyBase64 = Buffer.from(Array.from({ length: 32 }, (_, index) => index + 1)).toString('base64');

/** Where simulated events come from, with a key of this simulation alone. */
export function simulatedSource(groupId: string): SourceContext {
  const parsed = parseKeyRing(`${groupId}:simulated=${keyBase64}`);
  const keys = 'ring' in parsed ? parsed.ring.group(groupId) : undefined;
  if (!keys) throw new Error(`the group ${groupId} cannot have a key: give it another name`);
  return { groupId, source: 'simulation', keys, authority: 'group' };
}

/**
 * The access rows of an event as lines of a frame, made and stamped as the ingestor does it when it arrives. Throws when it is no event: a bug of the
 * simulation.
 */
export function rowLines(event: SentEvent, source: SourceContext, stamps: Stamps, receivedMs: number): readonly string[] {
  const parsed = parseVigieEvent(event);
  if (parsed.kind === 'rejected') throw new Error(`the simulation made no event: ${parsed.field} ${parsed.detail}`);
  return stamps.stamp(toRows(parsed.value, source, new Date(receivedMs).toISOString(), event), event, receivedMs).map(rowLine);
}
