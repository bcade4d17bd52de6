import { z } from 'zod';
import { hex128, isoTime } from './access-row.js';
import { caseRow } from './case-row.js';
import { changeTypes } from './incident.js';

/**
 * Why a receiver is told. `opening`: the case is new; `grew`: a step; `level`: its level rose; `again`: it came back; `escalation`: nobody
 * took it in time; `asked`: its owner asked; `ended`: resolved, with its verdict; `withdrawn`: the scorer took it back; `deadline`: a clock
 * of the law is near or over; `digest`: the open cases of the day; `muted_end`: what rose during a mute; `test`: somebody tries the channel.
 */
export const messageKinds = [
  'opening', 'grew', 'level', 'again', 'escalation', 'asked', 'ended', 'withdrawn', 'deadline', 'digest', 'muted_end', 'test',
] as const; // prettier-ignore
export type MessageKind = (typeof messageKinds)[number];

/** One thing that one receiver is told. Built without a patient, not even a pseudonym; the same for the same `send_id`. */
export const caseMessage = z.strictObject({
  /** Derived from the case, what happened, the step and the receiver: the same after a replay. `Message-ID`, `webhook-id`, `dedup_key` come of it. */
  send_id: hex128,
  kind: z.enum(messageKinds),
  /** Wall clock at which it became due. */
  at: isoTime,
  /** The case as it stood then; absent for `digest` and `test`. */
  case: caseRow.optional(),
  /** The newest change of the scorer that it tells of, where there is one. */
  change_id: hex128.optional(),
  change_type: z.enum(changeTypes).optional(),
  /** For `escalation`: which step and round, and the policy's name. */
  escalation: z.strictObject({ policy: z.string(), step: z.int(), round: z.int() }).optional(),
  /** For `deadline`: whose, which clock, and when it ends. */
  deadline: z.strictObject({ controller_id: z.string(), clock: z.string(), due_at: isoTime, state: z.string() }).optional(),
  /** For `digest` and `muted_end`: the cases it lists. */
  cases: z.array(caseRow).max(200).optional(),
  /** For `digest`: where the chains of the audit stand that grew of late, each `chain:rows:sha256`. Of mails only. */
  audit_heads: z
    .array(z.string().regex(/^[0-9a-f]{32}:[1-9]\d{0,14}:[0-9a-f]{64}$/))
    .max(50)
    .optional(),
});
export type CaseMessage = z.infer<typeof caseMessage>;
