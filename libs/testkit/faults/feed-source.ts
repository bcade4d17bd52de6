import { createHash } from 'node:crypto';
import type { SourceContext } from '#libs/formats/to-rows.js';
import { parseKeyRing } from '#libs/pseudonyms/key-ring.js';

const groupId = 'helix';

/** The pseudonym keys of both machines, as `VIGIE_PSEUDONYM_KEYS`. */
export const feedKeys = `${groupId}:k1=${createHash('sha256').update('the feed of the faults').digest('base64')}`;

/** What the ingestors know of the feed by its credential, so that the ledger makes the rows that they make. */
export function feedSource(): SourceContext {
  const parsed = parseKeyRing(feedKeys);
  const keys = 'ring' in parsed ? parsed.ring.group(groupId) : undefined;
  if (!keys) throw new Error('the keys of the feed cannot be read');
  return { source: 'test', groupId, authority: 'group', keys };
}
