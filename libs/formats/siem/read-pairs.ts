import type { Accepted, Rejected } from '#libs/runtime/outcome.js';
import { readEpic } from '../epic/read-epic.js';
import type { AccessEvent } from '../event.js';
import type { Reading } from '../input-format.js';
import { parseLooseTime } from '../loose-time.js';
import type { Envelope } from '../payload.js';
import type { RecordMapping } from '../record/mapping.js';
import type { PatientPlace } from '../record/patients.js';
import { readRecord } from '../record/read-record.js';
import { actionOfWord } from '../record/words.js';
import type { WorkMeter } from '../work-meter.js';
import { zoneOf } from '../times/zones.js';
import { labelled } from './labels.js';
import type { Pairs } from './pairs.js';

/** A line of CEF or LEEF, taken apart. */
export interface SiemLine {
  readonly vendor: string;
  readonly product: string;
  /** The codes and names of what happened, best first. */
  readonly events: readonly string[];
  readonly pairs: Pairs;
}

/** How a line of one of the two formats says when it happened. */
export interface TimePlaces {
  readonly times: readonly string[];
  readonly zones: readonly string[];
  readonly format?: string;
}

/** Keys that may stand for a patient where no label says so, and never at a login, where they are the account. */
interface Fallbacks {
  readonly patients: readonly PatientPlace[];
  readonly accounts: readonly string[];
}

/** The event of a line by its format's mapping; lines of Epic by the profile of Epic over it. */
export function readSiemLine(
  line: SiemLine,
  { envelope, reading, meter }: { readonly envelope: Envelope; readonly reading: Reading; readonly meter: WorkMeter },
  mapping: RecordMapping,
  { times, ...fallbacks }: Fallbacks & { readonly times: TimePlaces },
): Accepted<AccessEvent> | Rejected {
  const { record, patients } = labelled(line.pairs.map(([name, value]) => [name, unquoted(value)] as const));
  const words = [...(mapping.places.action ?? []).map((place) => record[place]), ...line.events];
  const isLogin = words.some((word) => typeof word === 'string' && /^log(?:in|out)$/.test(actionOfWord(word) ?? ''));
  const account = isLogin ? fallbacks.accounts.map((name) => record[name]).find((name) => name !== undefined) : undefined;
  const application = [line.vendor, line.product].filter(Boolean).join(' ');
  const input = {
    record: {
      ...record,
      ...timeIn(record, times, envelope, reading),
      ...factorsIn(record),
      ...(account !== undefined && { '@account': account }),
      ...(application && { '@application': application }),
      '@event': line.events,
    },
    envelope,
    reading,
    meter,
  };
  const fallback = isLogin ? [] : fallbacks.patients.filter(({ place }) => record[place] !== undefined).slice(0, 1);
  const whole = { ...mapping, patients: patients.length ? patients : fallback };
  return isEpic(line) ? readEpic(input, whole, line.events) : readRecord(input, whole);
}

/** Neither format has quotes, and senders write them all the same: `"4711"` is the patient 4711, and not another one. */
function unquoted(value: string): string {
  return /^"([^"]*)"$/.exec(value)?.[1] ?? value;
}

function isEpic({ vendor, product }: SiemLine): boolean {
  return /^epic\b/i.test(vendor) || product === 'Security-SIEM';
}

/** The first time that is there, in milliseconds, with the zone that stands beside it; as it is where it cannot be read. */
function timeIn(
  record: Readonly<Record<string, unknown>>,
  places: TimePlaces,
  { receivedMs, timeMs }: Envelope,
  { zone }: Reading,
): { readonly '@time'?: unknown } {
  const text = first(record, places.times);
  if (text === undefined) return {};
  const format = places.format === undefined ? undefined : first(record, [places.format]);
  const beside = first(record, places.zones);
  // A time without a year is of that of the header, which may be of a file that is years old.
  const context = { zone, receivedMs: timeMs ?? receivedMs };
  const byFormat = format === undefined ? '' : parseLooseTime(text, { ...context, format });
  const alone = typeof byFormat === 'string' ? parseLooseTime(text, context) : byFormat;
  if (typeof alone === 'string') return { '@time': text };
  const isZoned = alone.assumedZone && beside !== undefined && zoneOf(beside) !== undefined;
  const there = isZoned ? parseLooseTime(`${text} ${beside}`, context) : alone;
  return { '@time': typeof there === 'string' ? alone.timeMs : there.timeMs };
}

/** A second factor was used where one is named, or two are counted. */
function factorsIn(record: Readonly<Record<string, unknown>>): { readonly '@mfa'?: string } {
  const factor = first(record, ['@factor']);
  const count = Number(first(record, ['@factors']) ?? Number.NaN);
  if (factor === undefined && Number.isNaN(count)) return {};
  const isNone = factor === undefined || /^(?:0|1|no|none|false|non|aucun|n\/?a|-)$/i.test(factor);
  return { '@mfa': String(count > 1 || (!isNone && Number.isNaN(count))) };
}

function first(record: Readonly<Record<string, unknown>>, names: readonly string[]): string | undefined {
  for (const name of names) {
    const value: unknown = [Object.hasOwn(record, name) ? record[name] : undefined].flat()[0];
    if (typeof value === 'string') return value;
  }
  return undefined;
}
