import { z } from 'zod';
import { isoTime } from './access-row.js';
import { caseMessage, type MessageKind } from './case-message.js';
import { caseRow } from './case-row.js';

/** What a webhook calls each thing that people are told of a case. A deadline is `near` before it ends and `missed` after it. */
export const caseWebhookTypes = {
  opening: 'case.opened',
  grew: 'case.grew',
  level: 'case.level_changed',
  again: 'case.reopened',
  escalation: 'case.escalated',
  asked: 'case.asked',
  ended: 'case.resolved',
  withdrawn: 'case.withdrawn',
  digest: 'case.digest',
  muted_end: 'case.muted_end',
  test: 'test',
} as const satisfies Readonly<Record<Exclude<MessageKind, 'deadline'>, string>>;

const ofOneCase = [
  'case.opened', 'case.grew', 'case.level_changed', 'case.reopened', 'case.escalated', 'case.asked', 'case.resolved', 'case.withdrawn',
] as const; // prettier-ignore

/** The body of a POST about a case, beside `webhookBody` for those about an incident; `send_id` is the header `webhook-id`. It never holds a patient. */
export const caseWebhookBody = z.discriminatedUnion('type', [
  z.strictObject({ type: z.enum(ofOneCase), timestamp: isoTime, data: caseRow }),
  z.strictObject({
    type: z.enum(['deadline.near', 'deadline.missed']),
    timestamp: isoTime,
    data: caseMessage.shape.deadline.unwrap().extend({ case: caseRow.optional() }),
  }),
  z.strictObject({
    type: z.enum(['case.digest', 'case.muted_end']),
    timestamp: isoTime,
    data: z.strictObject({ cases: z.array(caseRow) }),
  }),
  z.strictObject({ type: z.literal('test'), timestamp: isoTime, data: z.strictObject({}) }),
]);
export type CaseWebhookBody = z.infer<typeof caseWebhookBody>;
