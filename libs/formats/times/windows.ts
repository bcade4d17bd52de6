import { timeMsMax } from '../limits.js';

/** Hundreds of nanoseconds in a millisecond. */
const perMs = 10_000;

/** Milliseconds from where Microsoft's systems count from to 1970: 1601 (FILETIME, as of Active Directory) and the year 1 (ticks of .NET). */
const beginnings = [11_644_473_600_000, 62_135_596_800_000];

/**
 * Milliseconds since 1970 of a number that counts hundreds of nanoseconds since 1601 or since the year 1, where that lies between 1970 and 2200; undefined for any other. As nanoseconds since 1970 such
 * numbers would be the years 1973 to 1975 and 1989 to 1991, in which nothing is that is sent today.
 */
export function windowsMs(number: number): number | undefined {
  const before = beginnings.find((ms) => number >= ms * perMs && number < (ms + timeMsMax) * perMs);
  return before === undefined ? undefined : Math.floor(number / perMs) - before;
}
