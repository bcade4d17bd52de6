import { hash } from 'node:crypto';
import type { DossierSnapshot } from '#libs/contracts/dossier.js';
import { canonicalJson, type Manifest, manifest } from './manifest.js';

/** What the frozen rows of a snapshot are, counted and digested again. */
export interface Recomputed {
  readonly lines: number;
  readonly sha256: string;
  readonly rows_sha256: string;
  readonly patients: number;
  readonly exposed: number;
}

/** Everything that is not as it was frozen, as sentences; none when the snapshot is whole. */
export function snapshotMistakes(snapshot: DossierSnapshot, recomputed: Recomputed): readonly string[] {
  const found: string[] = [];
  const same = (what: string, is: unknown, was: unknown) => {
    if (canonicalJson(is) !== canonicalJson(was)) found.push(`${what} is ${String(is)}, and was frozen as ${String(was)}`);
  };
  same('the digest of the list', recomputed.sha256, snapshot.list_sha256);
  same('the number of patients on the list', recomputed.patients, snapshot.patients);
  same('the number of exposed ones', recomputed.exposed, snapshot.exposed);
  same('the digest of the manifest', hash('sha256', snapshot.manifest, 'hex'), snapshot.manifest_sha256);
  const content = manifestOf(snapshot);
  if (!content) return [...found, 'the manifest is no manifest'];
  if (canonicalJson(content) !== snapshot.manifest) found.push('the manifest is not in the order of RFC 8785');
  same('the number of lines', recomputed.lines, content.list.lines);
  same('the digest of the rows', recomputed.rows_sha256, content.list.rows_sha256);
  for (const [column, value] of columnsOf(content)) same(`${column} of the snapshot`, snapshot[column], value);
  return found;
}

/** What the manifest says of the columns of its row. */
function columnsOf(content: Manifest): readonly (readonly [keyof DossierSnapshot, unknown])[] {
  const { snapshot_id, group_id, case_id, controller_id, number, kind, frozen_at, frozen_by, scope, list, previous_sha256 } =
    content;
  const { patients, exposed, attempted, listed, displayed, exported, unnamed_records } = content.figures.controller;
  const columns = {
    snapshot_id,
    group_id,
    case_id,
    controller_id,
    number,
    kind,
    frozen_at,
    frozen_by,
    previous_sha256,
    patients,
    exposed,
    unnamed_records,
    scope_version: scope.version,
    list_sha256: list.sha256,
    per_tier: { attempted, listed, displayed, exported },
  } satisfies Partial<Record<keyof DossierSnapshot, unknown>>;
  return Object.entries(columns) as [keyof DossierSnapshot, unknown][];
}

/** The manifest of a snapshot; undefined when its text is none. */
export function manifestOf({ manifest: text }: Pick<DossierSnapshot, 'manifest'>): Manifest | undefined {
  try {
    return manifest.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

/** What is wrong with the chain of a case and controller, as sentences. Snapshots in order of their numbers. */
export function chainMistakes(
  snapshots: readonly Pick<DossierSnapshot, 'snapshot_id' | 'number' | 'previous_sha256' | 'manifest_sha256'>[],
): readonly string[] {
  const found: string[] = [];
  let before: (typeof snapshots)[number] | undefined;
  for (const one of snapshots) {
    const number = (before?.number ?? 0) + 1;
    if (one.number === before?.number)
      found.push(`two snapshots have number ${one.number}: ${before.snapshot_id} and ${one.snapshot_id}`);
    else if (one.number !== number) found.push(`number ${number} is missing before ${one.snapshot_id}`);
    else if (one.previous_sha256 !== (before?.manifest_sha256 ?? ''))
      found.push(`${one.snapshot_id} does not name the manifest of number ${one.number - 1}, or that one was changed`);
    before = one;
  }
  return found;
}
