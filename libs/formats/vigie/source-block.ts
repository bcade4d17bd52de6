import { aheadMsMax } from '#libs/contracts/access-row.js';
import { accountHashOf } from '#libs/contracts/topics.js';
import { eventIdsOf } from '../event-id/event-id.js';
import { isoText } from '../time.js';
import type { SourceContext } from '../to-rows.js';
import type { Layout } from './wasm/layout.js';

/** What the module has to know of a source and a request: numbers, then where each text lies and its length, then the texts. */
export function sourceBlock(source: SourceContext, receivedMs: number, layout: Layout): Buffer {
  const { groupId, keys } = source;
  const ids = eventIdsOf(keys, groupId, source.source);
  const texts = new Map([
    [layout.groupTextAt, groupId],
    [layout.afterTimeAt, `","group_id":${JSON.stringify(groupId)},"actor_id":"`],
    [layout.afterEventIdAt, `","source":${JSON.stringify(source.source)},"received_at":"${isoText(receivedMs)}"`],
    [layout.keyIdAt, `,"key_id":${JSON.stringify(keys.at(receivedMs).active.keyId)}`],
  ]);
  const from = layout.sourceAt;
  // Out of the pool: of memory of its own the allocation takes a tenth of the time of a request with one event.
  const head = Buffer.allocUnsafe(layout.sourceTextsAt - from).fill(0);
  head.writeDoubleLE(receivedMs + aheadMsMax, layout.futureMsAt - from);
  head.writeInt32LE(accountHashOf(groupId), layout.groupHashAt - from);
  ids.record.key.copy(head, layout.recordKeyAt - from);
  ids.content.key.copy(head, layout.contentKeyAt - from);
  const bytes = [head];
  let at = layout.sourceTextsAt;
  for (const [place, text] of texts) {
    const encoded = Buffer.from(text);
    head.writeUInt32LE(at, place - from);
    head.writeUInt32LE(encoded.length, place - from + 4);
    bytes.push(encoded);
    at += encoded.length;
  }
  return Buffer.concat(bytes);
}
