import { z } from 'zod';
import { hex128, isoTime } from './access-row.js';

/**
 * How strongly a patient is concerned, the weakest first. `attempted`: every access failed; `listed`: was among the results of a search or a
 * list; `displayed`: was opened or written; `exported`: left the system as an export, a print or a download. All but the first are exposed.
 */
export const certainties = ['attempted', 'listed', 'displayed', 'exported'] as const;

export const sha256Text = z.string().regex(/^[0-9a-f]{64}$/);
const person = z.string().trim().min(1, 'says who').max(200);
const reason = z.string().trim().min(1, 'says why').max(2_000);
const values = z.array(z.string().min(1).max(500)).max(1_000);

/**
 * What the dossier of a case looks at: a row of `dossier_scopes`. Without accounts nothing is added to the condition of its incidents, and
 * without values of a column all of its accesses are kept. Times are event times, inclusive. Version 0 is the incidents' own condition.
 */
export const dossierScope = z
  .strictObject({
    group_id: z.string().min(1),
    case_id: hex128,
    version: z.int().positive(),
    /** All accesses of these accounts between the two times are added. */
    accounts: values,
    from_time: isoTime,
    to_time: isoTime,
    /** Of everything, only accesses with one of these. */
    source_ips: values,
    devices: values,
    session_ids: values,
    applications: values,
    author: person,
    reason,
    /** Wall clock. */
    set_at: isoTime,
  })
  .refine(({ accounts, from_time, to_time }) => accounts.length === 0 || from_time <= to_time, 'from_time lies after to_time');
export type DossierScope = z.infer<typeof dossierScope>;

/** Numbers of one list: of a clinic, a controller, or the whole case. A patient counts once, by the strongest tier. */
export const figures = z.strictObject({
  patients: z.int().nonnegative(),
  exposed: z.int().nonnegative(),
  attempted: z.int().nonnegative(),
  listed: z.int().nonnegative(),
  displayed: z.int().nonnegative(),
  exported: z.int().nonnegative(),
  /** Pseudonyms by the key that made them: after a rotation one person may have one under each. */
  per_key: z.record(z.string(), z.int().nonnegative()),
  /** Records of events beyond the patients that their source names: an upper bound, never to be added to people. */
  unnamed_records: z.int().nonnegative(),
});
export type Figures = z.infer<typeof figures>;

/** `initial` for the first notification, `complementary` for what is sent after it, `final` for the last. */
export const snapshotKinds = ['initial', 'complementary', 'final'] as const;

/** What was frozen of the ledger of one controller in a case: a row of `dossier_snapshots`. */
export const dossierSnapshot = z.strictObject({
  snapshot_id: hex128,
  group_id: z.string(),
  case_id: hex128,
  controller_id: z.string(),
  /** From 1, of the case and controller. */
  number: z.int().positive(),
  kind: z.enum(snapshotKinds),
  frozen_at: isoTime,
  frozen_by: person,
  scope_version: z.int().nonnegative(),
  patients: z.int().nonnegative(),
  exposed: z.int().nonnegative(),
  per_tier: z.record(z.string(), z.int().nonnegative()),
  unnamed_records: z.int().nonnegative(),
  /** Of the list's lines. */
  list_sha256: sha256Text,
  /** JSON in the order of RFC 8785, exactly as it was digested. */
  manifest: z.string(),
  manifest_sha256: sha256Text,
  /** `manifest_sha256` of the one before; empty for the first. */
  previous_sha256: z.union([sha256Text, z.literal('')]),
});
export type DossierSnapshot = z.infer<typeof dossierSnapshot>;
