import { z } from 'zod';
import { hex128, isoTime } from './access-row.js';
import { hex128Of } from './hex128.js';
import { topics } from './topics.js';

/** Bytes of `sealed`, before base64. A record that would be longer is kept without. */
export const sealedBytesMax = 512 * 1024;

function base64Length(bytes: number): number {
  return 4 * Math.ceil(bytes / 3);
}

/** Input that was taken in custody but could not be used: a row of `vigie.quarantine.v1` and of the table `quarantine`. */
export const quarantineRow = z.strictObject({
  /** Derived from origin and content, so that a retry gives the same. */
  quarantine_id: hex128,
  received_at: isoTime,
  group_id: z.string(),
  source: z.string(),
  /** Where on the road it was refused: `admit`, `decode`, `score`, `archive`, ... */
  step: z.string(),
  /** A word for metrics, such as `unreadable_patient`. */
  reason: z.string(),
  field: z.string(),
  /** The sentence for a person. Quotes no value of a patient. */
  detail: z.string(),
  /** `http:<request id>#<index>` or `<topic>/<partition>/<offset>#<line>`. */
  origin: z.string(),
  /** The input with patient identifiers masked. */
  content: z.string(),
  /** The input as it came, encrypted to the public key of its group; of what came by an inlet whose sender gets no answer, or was set aside. */
  sealed: z.base64().max(base64Length(sealedBytesMax)).optional(),
});
export type QuarantineRow = z.infer<typeof quarantineRow>;

/**
 * The one maker of such rows. `identity` is what makes the refusal the same one when the input comes or is read again: parts without a zero
 * byte, such as origin and digest of the content.
 */
export function quarantineRowOf(
  given: Omit<QuarantineRow, 'quarantine_id' | 'sealed'>,
  identity: readonly string[],
): QuarantineRow {
  const quarantine_id = hex128Of([topics.quarantine, ...identity].join('\0'));
  const { received_at, group_id, source, step, reason, field, detail, origin, content } = given;
  return { quarantine_id, received_at, group_id, source, step, reason, field, detail, origin, content };
}

/** Where a row of the log lies, as `origin` names it; `line` counts from 0. */
export function originInLog(at: { readonly topic: string; readonly partition: number }, offset: number, line: number): string {
  return `${at.topic}/${at.partition}/${offset}#${line}`;
}

/** What can be wrong with the signature of a frame, as a person reads it. */
export const signatureFaults = {
  unsigned: 'it bears no signature',
  unknown_key: 'it is signed by a key that is not among those of this service',
  wrong_signature: 'its signature is not that of its content, topic and partition',
} as const;
export type SignatureFault = keyof typeof signatureFaults;

/** The reasons of a stretch of the log of which nothing can be unpacked, and of a frame that none of ours has signed. */
export const unreadableBatch = 'unreadable_batch';
export const foreignFrame = 'foreign_frame';

/** What the quarantine says of a stretch of the log that is not read: its last offset and the reason, and no content. */
export function unreadableStretch({
  reason,
  last,
}: {
  readonly reason: string;
  readonly last: number;
}): Pick<QuarantineRow, 'reason' | 'detail'> {
  if (isSignatureFault(reason))
    return {
      reason: foreignFrame,
      detail: `The frame is not believed: ${signatureFaults[reason]} (${reason}). Somebody else wrote it, or services differ in VIGIE_FRAME_KEYS; the log still has it.`,
    };
  const detail = `What lies in the log from this offset up to ${last} cannot be unpacked (${reason}); no service of Vigie writes such batches.`;
  return { reason: unreadableBatch, detail };
}

function isSignatureFault(reason: string): reason is SignatureFault {
  return Object.hasOwn(signatureFaults, reason);
}
