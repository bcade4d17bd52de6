import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { SnapshotStore } from '#libs/access-store/dossiers/snapshot-store.js';
import { listLineOf, PatientsCsv } from '#libs/dossier/patients-csv.js';
import { readCommandConfig } from '../config.js';
import { listTexts } from '../resolve/patient-list.js';
import { withStore } from '../with-store.js';
import { oneSnapshot } from './snapshots.js';

/** `vigie dossier list`: a frozen list as CSV on standard output. */
export async function listCommand(prefix: string): Promise<void> {
  await withStore(
    readCommandConfig(),
    async (client) => {
      const store = new SnapshotStore(client);
      const { snapshot_id } = await oneSnapshot(store, prefix);
      await pipeline(Readable.from(store.bytes(snapshot_id)), new PatientsCsv(), process.stdout, { end: false });
    },
    'patients',
  );
}

/** `vigie dossier lines`: the bytes that the digest of a list is over, from its CSV. */
export async function linesCommand(file: string): Promise<void> {
  await pipeline(listTexts(file, listLineOf), process.stdout, { end: false });
}
