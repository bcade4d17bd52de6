import { DossierScopes } from '#libs/access-store/dossiers/dossier-scopes.js';
import { freeze } from '#libs/access-store/dossiers/freeze.js';
import { type LedgerCase, LedgerReader } from '#libs/access-store/dossiers/ledger-reader.js';
import { ruleFilesOf } from '#libs/dossier/rule-files.js';
import { SnapshotStore } from '#libs/access-store/dossiers/snapshot-store.js';
import { verify } from '#libs/access-store/dossiers/verification.js';
import { ClickHouseLists } from '#libs/access-store/lists/clickhouse-lists.js';
import type { DossierSnapshot } from '#libs/contracts/dossier.js';
import { printable } from '#libs/contracts/visible-text.js';
import { differenceLines, movedSentence } from '#libs/dossier/difference.js';
import { manifestOf } from '#libs/dossier/verify.js';
import { systemClock } from '#libs/runtime/clock.js';
import { ConfigError } from '#libs/runtime/config.js';
import { messageOf } from '#libs/runtime/outcome.js';
import { ownVersion } from '#libs/runtime/paths.js';
import { type CommandConfig, readCommandConfig } from '../config.js';
import { alignedRows } from '../table.js';
import { type StoreClient, withStore } from '../with-store.js';
import { consoleClient } from '../case/console-client.js';
import { announce } from './announce.js';
import { groupOf, oneCase } from './one-case.js';

export interface FreezeOptions {
  readonly controller: string;
  readonly by: string;
  readonly kind?: DossierSnapshot['kind'];
}

/** `vigie dossier freeze`: the list of one controller, kept as it is now. */
export async function freezeCommand(prefix: string, { controller: controllerId, by, kind }: FreezeOptions): Promise<void> {
  const config = readCommandConfig();
  const snapshot = await withStore(config, async (client) => {
    const of = await oneCase(new LedgerReader(client), prefix);
    const before = await new SnapshotStore(client).snapshots(of.case_id, controllerId);
    if (before.length === 0) await mustBeController(client, of, controllerId);
    const order = { of, controllerId, by, vigie: ownVersion(), rules: ruleFilesOf(config.VIGIE_RULES_DIR) };
    return freeze(client, systemClock, { ...order, kind: kind ?? (before.length ? 'complementary' : 'initial') });
  });
  process.stdout.write(`${snapshotText(snapshot)}\n`);
  await announced(config, snapshot).catch((cause: unknown) => {
    const why = messageOf(cause);
    process.stderr.write(
      `the list is frozen, but its case does not say so yet: ${printable(why)}\nwhen that is mended: vigie dossier announce ${snapshot.snapshot_id}\n`,
    );
  });
  if (manifestOf(snapshot)?.settled !== 'settled')
    process.stderr.write(
      'accesses of this case are still being judged, or were deleted: the list is not as long as the figure of its incidents\n',
    );
}

/**
 * Throws `ConfigError` for an id by which neither the ledger of the case nor the register knows a controller: a list is frozen for good, and one of a name that was
 * mistyped would have nobody on it. Of a case whose accesses are gone every id is taken.
 */
async function mustBeController(client: StoreClient, of: LedgerCase, controllerId: string): Promise<void> {
  const version = (await new DossierScopes(client).of(of.case_id)).at(-1)?.version ?? 0;
  const { controllers } = await new LedgerReader(client).figures(of.case_id, version);
  if (controllers.size === 0 || controllers.has(controllerId)) return;
  const clinics = (await new ClickHouseLists(client).clinics()).filter(({ group_id }) => group_id === groupOf(of));
  const there = `this case has ${[...controllers.keys()].map(printable).join(', ')}`;
  if (!clinics.some(({ clinic_id, controller_id }) => (controller_id ?? clinic_id) === controllerId))
    throw new ConfigError(
      `nothing is frozen: neither the case nor the register knows a controller ${printable(controllerId)}; ${there}`,
    );
  process.stderr.write(`this case has nobody of ${printable(controllerId)}; ${there}\n`);
}

/** `vigie dossier announce`: what `freeze` does at its end, for when the console was away then. */
export async function announceCommand(prefix: string): Promise<void> {
  const config = readCommandConfig();
  const snapshot = await withStore(config, (client) => oneSnapshot(new SnapshotStore(client), prefix));
  await announced(config, snapshot);
  process.stdout.write(printable(`${snapshot.snapshot_id} is in the timeline of its case\n`));
}

/** `vigie dossier show`: the snapshots of a case, or one of them with its manifest. */
export async function showCommand(prefix: string, { format }: { readonly format: 'table' | 'json' }): Promise<void> {
  const found = await withStore(readCommandConfig(), (client) => new SnapshotStore(client).snapshots(prefix.toLowerCase()));
  if (found.length === 0) throw new Error(`nothing is frozen whose id, or whose case's, begins with ${prefix.slice(0, 50)}`);
  if (format === 'json') {
    for (const { manifest, ...row } of found)
      process.stdout.write(`${JSON.stringify({ ...row, manifest: JSON.parse(manifest) as unknown })}\n`);
    return;
  }
  const rows = found.map(({ snapshot_id, controller_id, number, kind, frozen_at, frozen_by, patients, exposed, list_sha256 }) =>
    printable([
      snapshot_id,
      controller_id,
      String(number),
      kind,
      frozen_at,
      frozen_by,
      String(patients),
      String(exposed),
      list_sha256,
    ]),
  );
  const heading = ['snapshot', 'controller', 'number', 'kind', 'frozen', 'by', 'patients', 'exposed', 'SHA-256 of the list'];
  for (const line of alignedRows([heading, ...rows], new Set([2, 6, 7]))) process.stdout.write(`${line}\n`);
}

/** `vigie dossier verify`: whether snapshots are as they were frozen (exit 1 when one is not), and whether the ledger moved since. */
export async function verifyCommand(prefix: string): Promise<void> {
  await withStore(readCommandConfig(), async (client) => {
    const found = await new SnapshotStore(client).snapshots(prefix.toLowerCase());
    if (found.length === 0) throw new Error(`nothing is frozen whose id, or whose case's, begins with ${prefix.slice(0, 50)}`);
    for (const snapshot of found) {
      const { mistakes, moved, late } = await verify(client, snapshot);
      process.stdout.write(
        `${snapshotText(snapshot)}\n  ${mistakes.length ? 'BROKEN' : 'whole'}; ${printable(movedSentence(moved, late))}\n`,
      );
      for (const mistake of mistakes) process.stdout.write(`  ${printable(mistake)}\n`);
      if (mistakes.length) process.exitCode = 1;
    }
  });
}

/** `vigie dossier diff`: in what two snapshots differ, by clinic. */
export async function diffCommand(before: string, after: string): Promise<void> {
  const differences = await withStore(readCommandConfig(), async (client) => {
    const store = new SnapshotStore(client);
    return store.difference(await oneSnapshot(store, before), await oneSnapshot(store, after));
  });
  const lines = differences.length ? differenceLines(differences) : ['the same patients, tiers and categories'];
  process.stdout.write(`${printable([...lines]).join('\n')}\n`);
}

/** Throws a sentence for a person when no snapshot, or more than one, has an id that begins so. */
export async function oneSnapshot(store: SnapshotStore, prefix: string): Promise<DossierSnapshot> {
  const all = await store.snapshots(prefix.toLowerCase());
  const found = all.filter(({ snapshot_id }) => snapshot_id.startsWith(prefix.toLowerCase()));
  const [one] = found;
  if (one && found.length === 1) return one;
  throw new Error(
    `${found.length} snapshots have an id that begins with ${prefix.slice(0, 50)}; "vigie dossier show CASE" lists them`,
  );
}

/** Without a token of the console too this is a rejection, like any other reason for which the case was not told. */
async function announced(config: CommandConfig, snapshot: DossierSnapshot): Promise<void> {
  await announce(consoleClient(config), snapshot);
}

function snapshotText({
  snapshot_id,
  controller_id,
  number,
  kind,
  frozen_at,
  patients,
  exposed,
  list_sha256,
}: DossierSnapshot): string {
  const what = `${controller_id} number ${number} (${kind}) of ${frozen_at}: ${patients} patients, ${exposed} exposed`;
  return printable(`${snapshot_id} ${what}, list ${list_sha256}`);
}
