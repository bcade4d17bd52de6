// sources/: who may send at the moment, and how what they send is read.
// A changed file of sources is taken up while requests are at work.

import { type End, endsOf } from '#libs/runtime/renewal/end-watch.js';
import { operatorFileText } from '#libs/runtime/files/operator-file.js';
import { seenIn } from '#libs/runtime/renewal/certificates-seen.js';
import type { SourcesFile } from '#libs/sources/read-sources.js';

/** When the certificates of listeners over TLS end, and those of the authorities of their senders. */
export function listenerEnds({ listeners }: Pick<SourcesFile, 'listeners'>): readonly End[] {
  const files = new Set(listeners.flatMap(({ tls }) => (tls ? [tls.certificate, tls.clientCa] : [])));
  return endsOf([...files].flatMap((path) => seenIn(path, () => operatorFileText(path))));
}
