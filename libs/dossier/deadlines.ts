import { z } from 'zod';
import { isoTime } from '#libs/contracts/access-row.js';
import { messageOf } from '#libs/runtime/outcome.js';

/**
 * `gdpr33`: to the authority; `gdpr34`: to the persons, where the risk is high; `cert_sante`: to CERT Santé; `nis2_*`: early warning,
 * notification and final report; `investigation`: until somebody says whether it is a breach.
 */
export const clockNames = ['gdpr33', 'gdpr34', 'cert_sante', 'nis2_24', 'nis2_72', 'nis2_month', 'investigation'] as const;
export type ClockName = (typeof clockNames)[number];

const since = isoTime.optional();
const length = z.union([
  z.strictObject({ hours: z.number().positive().max(10_000), since }),
  z.strictObject({ months: z.int().positive().max(120), since }),
]);
export type Length = z.infer<typeof length>;

/** The first has no `since`, and the others come in order: each holds from its instant until the next. */
const lengths = z
  .array(length)
  .min(1)
  .max(100)
  .refine(([first]) => first?.since === undefined, 'the first length has no "since": it holds from the beginning')
  .refine(
    ([, ...later]) => later.every(({ since }) => since !== undefined),
    'every length but the first says since when it holds',
  )
  .refine(
    ([, ...later]) => later.every((one, at) => at === 0 || (later[at - 1]?.since ?? '') < (one.since ?? '')),
    'lengths come in order of "since"',
  );

/** How long each clock runs: data, for laws change. What is left out is as in `deadlines.json` beside this file. */
export const deadlines = z.strictObject({
  format: z.literal('vigie.deadlines.v1'),
  lengths: z.partialRecord(z.enum(clockNames), lengths),
});

export type Lengths = Readonly<Record<ClockName, readonly Length[]>>;

/** Reads a file of deadlines over what holds without it. Answers with every mistake, as `place: what is wrong`, when there is one. */
export function readDeadlines(
  text: string,
  otherwise: Lengths,
): { readonly lengths: Lengths } | { readonly mistakes: readonly string[] } {
  let given: unknown;
  try {
    given = JSON.parse(text);
  } catch (cause) {
    return { mistakes: [`it is no JSON: ${messageOf(cause)}`] };
  }
  const parsed = deadlines.safeParse(given);
  if (parsed.success) return { lengths: { ...otherwise, ...parsed.data.lengths } };
  return { mistakes: parsed.error.issues.map(({ path, message }) => `${path.join('.') || 'the whole'}: ${message}`) };
}

/** What a clock that began at an instant is due at, by the length that holds at another. Milliseconds; hours by the clock, months by the calendar of UTC. */
export function dueMs(lengths: readonly Length[], beganMs: number, atMs: number): number {
  const [first] = lengths;
  const length = lengths.findLast(({ since }) => since === undefined || Date.parse(since) <= atMs) ?? first;
  if (length === undefined) throw new RangeError('a clock has no length');
  return 'hours' in length ? beganMs + length.hours * 3_600_000 : monthsLater(beganMs, length.months);
}

/** The same day of a later month, or the last of it where it has no such day. */
function monthsLater(ms: number, months: number): number {
  const from = new Date(ms);
  const day = from.getUTCDate();
  const to = new Date(ms);
  to.setUTCDate(1);
  to.setUTCMonth(to.getUTCMonth() + months);
  const last = new Date(Date.UTC(to.getUTCFullYear(), to.getUTCMonth() + 1, 0)).getUTCDate();
  to.setUTCDate(Math.min(day, last));
  return to.getTime();
}

/** `72 h`, `1 month(s)`, for people. */
export function lengthText(length: Length): string {
  return 'hours' in length ? `${length.hours} h` : `${length.months} month(s)`;
}
