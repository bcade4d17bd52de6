import { z } from 'zod';
import { hex128, isoTime } from './access-row.js';
import { levels } from './incident.js';

/** What a person found a case to be. Each is one of OCSF's `verdict_id`. */
export const verdicts = [
  'true_positive',
  'suspicious',
  'authorised',
  'false_positive',
  'test',
  'duplicate',
  'insufficient_data',
] as const;
export type Verdict = (typeof verdicts)[number];

/** Where an action came from. `system` is Vigie itself, by the clock or by a change of the scorer. */
export const actionOrigins = ['console', 'api', 'cli', 'mail', 'system'] as const;

/** Why somebody did it: a sentence, never a patient. */
const reason = z.string().min(1).max(2_000);
const text = z.string().min(1).max(10_000);
const person = z.string().min(1).max(200);
const controller = z.string().min(1).max(200);

const bodies = [
  z.strictObject({ type: z.literal('case.acknowledged') }),
  z.strictObject({ type: z.literal('case.assigned'), owner: person }),
  z.strictObject({ type: z.literal('case.noted'), note_id: hex128, text }),
  /** The old text stays, struck: nothing that was said is lost. */
  z.strictObject({ type: z.literal('case.note_corrected'), note_id: hex128, text }),
  z.strictObject({ type: z.literal('case.verdict'), verdict: z.enum(verdicts), reason }),
  z.strictObject({ type: z.literal('case.held'), until: isoTime, reason }),
  z.strictObject({
    type: z.literal('case.resolved'),
    verdict: z.enum(verdicts),
    reason,
    /** Why a case found true is resolved although a controller that it touches has not been told whether it is a breach. */
    not_qualified_reason: reason.optional(),
  }),
  z.strictObject({ type: z.literal('case.reopened'), reason }),
  z.strictObject({ type: z.literal('case.linked'), incident_ids: z.array(hex128).min(1).max(1_000) }),
  z.strictObject({ type: z.literal('case.unlinked'), incident_id: hex128, reason }),
  z.strictObject({ type: z.literal('case.level_set'), level: z.enum(levels), reason }),
  z.strictObject({
    type: z.literal('case.measure'),
    kind: z.enum(['containment', 'remediation', 'prevention']),
    taken_at: isoTime,
    text,
  }),
  z.strictObject({ type: z.literal('breach.informed'), controller_id: controller, informed_at: isoTime, by_whom: person }),
  z.strictObject({
    type: z.literal('breach.qualified'),
    controller_id: controller,
    is_breach: z.boolean(),
    /** Starts the clock of article 33; a person's, never a machine's. Left out when it is no breach. */
    aware_at: isoTime.optional(),
    risk: z.enum(['none', 'risk', 'high']),
    reason,
  }),
  z.strictObject({
    type: z.literal('dossier.frozen'),
    controller_id: controller,
    snapshot_id: hex128,
    number: z.int().positive(),
    list_sha256: z.string().regex(/^[0-9a-f]{64}$/),
    manifest_sha256: z.string().regex(/^[0-9a-f]{64}$/),
    patients: z.int().nonnegative(),
    exposed: z.int().nonnegative(),
  }),
  z.strictObject({
    type: z.literal('dossier.sent'),
    controller_id: controller,
    authority: z.enum(['cnil', 'cert_sante', 'anssi', 'people']),
    phase: z.enum(['initial', 'complementary', 'final', 'early_warning', 'resolution']),
    sent_at: isoTime,
    reference: z.string().max(200),
    /** Mandatory once the clock has run out. */
    delay_reason: reason.optional(),
  }),
  z.strictObject({
    type: z.literal('dossier.people_informed'),
    controller_id: controller,
    mode: z.enum(['letter', 'mail', 'phone', 'portal', 'public', 'not_informed']),
    count: z.int().nonnegative(),
    first_at: isoTime.optional(),
    last_at: isoTime.optional(),
    /** Which case of article 34(3), when they are not informed. */
    not_informed_reason: reason.optional(),
  }),
  /** Answers of a person to fields of the dossier, all of them or none. */
  z.strictObject({
    type: z.literal('dossier.answered'),
    controller_id: controller,
    /** By `part.field`, the JSON of each value: a text, a number, a boolean, texts, or `null` for what is not known. */
    answers: z
      .record(z.string().regex(/^[a-z_]+\.[a-z_0-9]+$/), z.string().min(1).max(10_000))
      .refine((given) => Object.keys(given).length > 0),
    /** `at` of the person's answer that the author saw in the place of each; empty where nobody had answered. */
    answers_seen: z.record(z.string(), z.string().max(40)),
  }),
  /** What the hospital's own index made of a list: numbers, never persons. */
  z.strictObject({
    type: z.literal('dossier.resolution'),
    controller_id: controller,
    snapshot_id: hex128,
    list_sha256: z.string().regex(/^[0-9a-f]{64}$/),
    pseudonyms: z.int().nonnegative(),
    matched: z.int().nonnegative(),
    unmatched: z.int().nonnegative(),
    persons: z.int().nonnegative(),
    deceased: z.int().nonnegative().optional(),
    minors: z.int().nonnegative().optional(),
  }),
  /** How many patients several incidents of a case have together, each counted once: by Vigie itself, never by a person. */
  z.strictObject({
    type: z.literal('case.counted'),
    patients: z.int().nonnegative(),
    /** The incidents that were counted, with the figure that each had by itself. */
    counted: z
      .array(z.strictObject({ incident_id: hex128, patients: z.int().nonnegative() }))
      .min(2)
      .max(1_000),
  }),
  /** In how many patients the ledger differs from what was frozen last of a controller; all zero once it is as it was again. By Vigie itself. */
  z.strictObject({
    type: z.literal('dossier.outdated'),
    controller_id: controller,
    snapshot_id: hex128,
    added: z.int().nonnegative(),
    removed: z.int().nonnegative(),
    /** Of whom something else is known now: a stronger access, another category. */
    changed: z.int().nonnegative(),
    /** Whose accesses came in afterwards. */
    late_clinics: z.array(z.string()).max(1_000),
  }),
] as const;

/** The part of an action that says what is done. */
export const caseActionBody = z.discriminatedUnion('type', bodies);
export type CaseActionBody = z.infer<typeof caseActionBody>;
export type CaseActionType = CaseActionBody['type'];

/** What every action has beside what is done. */
export const caseActionFrame = {
  /** Derived from the case and the client's `Idempotency-Key`: the same click twice is one action. */
  action_id: hex128,
  /** Id of the first told incident of the case. */
  case_id: hex128,
  group_id: z.string().min(1),
  /** Account of that incident, which decides the partition. */
  actor_id: z.string().min(1),
  /** Who did it. */
  by: person,
  via: z.enum(actionOrigins),
  /** Wall clock when it was taken. */
  at: isoTime,
  /** Version of the case that the person saw; an action that no longer fits it is kept and counts for nothing. */
  seen_version: z.int().nonnegative(),
  /**
   * Newest version of each incident of the case that lies before this action. It puts the action among the changes of the scorer, which lie
   * in another topic: without it, two readers could see one case in two orders.
   */
  seen_incidents: z.array(z.strictObject({ incident_id: hex128, version: z.int().nonnegative() })).max(1_000),
};

/** What a person did with a case: a row of `vigie.actions.v1`. */
export const caseAction = z.discriminatedUnion('type', [
  bodies[0].extend(caseActionFrame), bodies[1].extend(caseActionFrame), bodies[2].extend(caseActionFrame), bodies[3].extend(caseActionFrame), bodies[4].extend(caseActionFrame),
  bodies[5].extend(caseActionFrame), bodies[6].extend(caseActionFrame), bodies[7].extend(caseActionFrame), bodies[8].extend(caseActionFrame), bodies[9].extend(caseActionFrame),
  bodies[10].extend(caseActionFrame), bodies[11].extend(caseActionFrame), bodies[12].extend(caseActionFrame), bodies[13].extend(caseActionFrame), bodies[14].extend(caseActionFrame),
  bodies[15].extend(caseActionFrame), bodies[16].extend(caseActionFrame), bodies[17].extend(caseActionFrame), bodies[18].extend(caseActionFrame), bodies[19].extend(caseActionFrame), bodies[20].extend(caseActionFrame),
]); // prettier-ignore
export type CaseAction = z.infer<typeof caseAction>;
