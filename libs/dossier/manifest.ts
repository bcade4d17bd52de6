import canonicalize from 'canonicalize';
import { hash } from 'node:crypto';
import { z } from 'zod';
import { hex128, isoTime } from '#libs/contracts/access-row.js';
import { dossierScope, figures, sha256Text, snapshotKinds } from '#libs/contracts/dossier.js';

/**
 * What a snapshot is of, and what Vigie knew when it was made. As JSON in the order of RFC 8785 it is the bytes whose digest the next
 * snapshot of the same case and controller names.
 */
export const manifest = z.strictObject({
  format: z.literal('vigie.manifest.v1'),
  vigie: z.string(),
  snapshot_id: hex128,
  group_id: z.string(),
  case_id: hex128,
  controller_id: z.string(),
  number: z.int().positive(),
  kind: z.enum(snapshotKinds),
  frozen_at: isoTime,
  frozen_by: z.string(),
  /** Version 0 is the condition of the incidents. */
  scope: z.union([dossierScope, z.strictObject({ version: z.literal(0) })]),
  incidents: z.array(
    z.strictObject({
      incident_id: hex128,
      version: z.int(),
      state: z.string(),
      actor_id: z.string(),
      first_time: isoTime,
      last_time: isoTime,
      patients: z.int(),
      listed: z.int(),
      selections: z.array(z.string()),
    }),
  ),
  /** Whether the lists of the incidents were as long as their figures. */
  settled: z.enum(['settled', 'judging', 'differs']),
  selections: z.array(z.strictObject({ selection_id: z.string(), sql: z.string() })),
  /** The rule files of the machine that froze. */
  rules: z.array(z.strictObject({ file: z.string(), sha256: sha256Text })),
  /** The offsets up to which, inclusive and without a hole, the log was stored. */
  stored_through: z.array(z.strictObject({ topic: z.string(), partition: z.int(), offset: z.int() })),
  figures: z.strictObject({
    controller: figures,
    clinics: z.array(z.strictObject({ clinic_id: z.string(), figures })),
  }),
  list: z.strictObject({
    columns: z.string(),
    lines: z.int().nonnegative(),
    sha256: sha256Text,
    /** Of the lines with the keys and the controller of each behind them. */
    rows_sha256: sha256Text,
  }),
  /** `manifest_sha256` of the snapshot before; empty for the first. */
  previous_sha256: z.union([sha256Text, z.literal('')]),
});
export type Manifest = z.infer<typeof manifest>;

/** The columns of a line of the list, separated by tabs; a line ends with a line feed. Sorted by the first two, byte by byte. */
export const listColumns = 'clinic_id patient_id certainty categories first_time last_time accesses';

/** The bytes of a manifest and their SHA-256. */
export function sealed(content: Manifest): { readonly text: string; readonly sha256: string } {
  const text = canonicalJson(manifest.parse(content));
  return { text, sha256: hash('sha256', text, 'hex') };
}

/** JSON in the order of RFC 8785. Throws for what has no such form: numbers that are none, halves of characters. */
export function canonicalJson(value: unknown): string {
  const text = canonicalize(value);
  if (text === undefined) throw new TypeError('there is no JSON of undefined');
  return text;
}
