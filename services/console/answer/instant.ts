import { z } from 'zod';
import { isoTime } from '#libs/contracts/access-row.js';
import { isoOf } from '#libs/runtime/clock.js';

/** An instant as programs write it (RFC 3339), with a zone and any part of a second, as the one text that all others are compared with. */
export const instant = z.iso.datetime({ offset: true }).transform((text) => isoOf(Date.parse(text)));

/**
 * The field whose time no calendar has, as the 31st of November: it would be another day here, none to the store, and an end that never comes where it is
 * compared. Undefined where all of them are real.
 */
export function unrealTimeIn(body: object): string | undefined {
  return Object.entries(body).find(([, value]) => isoTime.safeParse(value).success && !isReal(String(value)))?.[0];
}

function isReal(text: string): boolean {
  const ms = Date.parse(text);
  return !Number.isNaN(ms) && isoOf(ms) === text;
}
