import { IANAZone } from 'luxon';

const minuteMs = 60_000;
const dayMs = 24 * 60 * minuteMs;

/**
 * Abbreviations that loggers write, in minutes east of UTC. Where one stands for several zones it is that of Europe, then of North
 * America; what is not here is refused, because a guess is hours of error.
 */
const abbreviations: Readonly<Record<string, number>> = {
  z: 0,
  utc: 0,
  gmt: 0,
  ut: 0,
  wet: 0,
  west: 60,
  bst: 60,
  cet: 60,
  met: 60,
  cest: 120,
  mest: 120,
  eet: 120,
  eest: 180,
  msk: 180,
  ast: -240,
  adt: -180,
  est: -300,
  edt: -240,
  cst: -360,
  cdt: -300,
  mst: -420,
  mdt: -360,
  pst: -480,
  pdt: -420,
};

/** `Z`, `+0100`, `+01:00`, `+01`, `GMT+1`, `CET`, `Europe/Paris`: minutes east of UTC or a zone; undefined for anything else. */
export function zoneOf(text: string): number | string | undefined {
  const known = abbreviations[text.toLowerCase()];
  if (known !== undefined) return known;
  const [, sign, hours = '', minutes = '0'] = /^(?:UTC|GMT)?([+-])(\d{1,2})(?::?(\d\d))?$/i.exec(text) ?? [];
  if (sign === undefined) return text.includes('/') && isZone(text) ? text : undefined;
  if (Number(hours) > 14 || Number(minutes) > 59) return undefined;
  return (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes));
}

/** Whether a configuration's zone is one of the IANA database of this machine. */
export function isZone(name: string): boolean {
  const known = zonesKnown.get(name);
  if (known !== undefined) return known;
  const found = IANAZone.isValidZone(name);
  // Names come from records as well; there are some 600 zones.
  if (zonesKnown.size < zonesKnownMax) zonesKnown.set(name, found);
  return found;
}

/** Asking costs a third of a millisecond, and every record asks. */
const zonesKnown = new Map<string, boolean>();
const zonesKnownMax = 2000;

/**
 * When clocks of a zone showed what `localMs` shows in UTC. Of an hour that the clocks ran through twice, the first: a record that is sent
 * again must get the same time, whenever it comes. In an hour that they left out, as if they had not been put on yet.
 */
export function instantOf(localMs: number, zone: number | string): number {
  if (typeof zone === 'number') return localMs - zone * minuteMs;
  const { offset } = rulesOf(zone);
  // No zone changes twice within two days: these are the offsets before and behind a change that may be near.
  const [before, behind] = [offset(localMs - dayMs), offset(localMs + dayMs)];
  const isBefore = offset(localMs - before * minuteMs) === before;
  const isBehind = offset(localMs - behind * minuteMs) === behind;
  if (isBefore && isBehind) return localMs - Math.max(before, behind) * minuteMs;
  return localMs - (isBehind ? behind : before) * minuteMs;
}

/** The year that a zone's clocks show. */
export function yearIn(zone: string, ms: number): number {
  return new Date(ms + rulesOf(zone).offset(ms) * minuteMs).getUTCFullYear();
}

function rulesOf(zone: string): { readonly offset: (ms: number) => number } {
  const known = rulesKnown.get(zone);
  if (known) return known;
  const rules = IANAZone.create(zone);
  const offsets = new Map<number, number>();
  const offset = (ms: number) => {
    const span = Math.floor(ms / offsetSpanMs);
    const there = offsets.get(span);
    if (there !== undefined) return there;
    if (offsets.size >= offsetsKnownMax) offsets.clear();
    const minutes = rules.offset(span * offsetSpanMs);
    offsets.set(span, minutes);
    return minutes;
  };
  const made = { offset };
  if (rulesKnown.size < zonesKnownMax) rulesKnown.set(zone, made);
  return made;
}

/** Clocks are changed at quarters of hours of UTC, wherever they are changed: within one the offset is the same. */
const offsetSpanMs = 15 * minuteMs;
/** A quarter of an hour each: a month of records in order. */
const offsetsKnownMax = 3000;
const rulesKnown = new Map<string, { readonly offset: (ms: number) => number }>();
