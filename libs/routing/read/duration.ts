import { z } from 'zod';

const unitMs = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 } as const;

/** Longest time that a file of routing may name: nothing is told later. */
const durationMsMax = 365 * unitMs.d;

/** `15m`, `4h`, `1w` as milliseconds. */
export const duration = z.string().transform((text, context) => {
  const [, count, unit] = /^(\d{1,6})([smhdw])$/.exec(text) ?? [];
  const ms = Number(count) * unitMs[unit as keyof typeof unitMs];
  if (ms <= durationMsMax) return ms;
  context.addIssue('must be a whole number and a unit s, m, h, d or w, such as 15m or 4h, a year at most');
  return z.NEVER;
});
