import { accepted, type Accepted, type Rejected } from '#libs/runtime/outcome.js';
import type { AccessEvent } from '../event.js';
import type { RecordMapping } from '../record/mapping.js';
import { type RecordInput, readRecord } from '../record/read-record.js';
import { epicEvents } from './events.js';
import { epicMapping } from './mapping.js';

/** Keys of a person: `number^NAME^login`. The name is not taken. */
const people: readonly string[] = ['EMPid', 'suser', 'usrName', 'UID', 'PREVUSER', 'NEWUSER', 'duser', 'suid'];

/**
 * A record of Epic by its own keys, then by those of `mapping`. The mnemonic decides what was done where it says so; the account is the
 * number of `number^NAME^login`, the address the second of `destination/source`.
 */
export function readEpic(
  input: RecordInput,
  mapping: RecordMapping,
  events: readonly string[],
): Accepted<AccessEvent> | Rejected {
  const event = readRecord({ ...input, record: plainRecord(input.record) }, over(mapping));
  const mnemonic = events.find((name) => Object.hasOwn(epicEvents, name));
  const meaning = mnemonic === undefined ? {} : epicEvents[mnemonic];
  return event.kind === 'rejected' ? event : accepted({ ...event.value, ...meaning });
}

function plainRecord(record: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const plain = Object.entries(record).map(([name, value]): readonly [string, unknown] => {
    if (typeof value !== 'string') return [name, value];
    if (people.includes(name)) return [name, accountOf(value)];
    return [name, name === 'IP' ? (value.split('/', 2).at(-1) ?? value).trim() : value];
  });
  const isBroken = typeof record['BTGNOACCESSREAS'] === 'string' && record['BTGNOACCESSREAS'] !== '';
  const isService = people.some((name) => isServiceAccount(record[name]));
  return {
    ...Object.fromEntries(plain),
    ...(isBroken && { '@emergency': 'true' }),
    ...(isService && { '@kind': 'service' }),
  };
}

/** Accounts of interfaces have a person's shape: `113^SERVICE, INTERCONNECT^ICSVC`. */
function isServiceAccount(value: unknown): boolean {
  return typeof value === 'string' && /^[^^]*\^(?:service|interface|background|batch)\b/i.test(value);
}

function accountOf(text: string): string {
  const [number = '', , login = ''] = text.split('^', 3);
  return number.trim() || login.trim() || (text.includes('^') ? '' : text);
}

const placesOver = new WeakMap<RecordMapping['places'], RecordMapping['places']>();

function epicBefore(places: RecordMapping['places']): RecordMapping['places'] {
  const fields = [...new Set([...Object.keys(epicMapping.places), ...Object.keys(places)])];
  return Object.fromEntries(fields.map((field) => [field, [...placesIn(epicMapping.places, field), ...placesIn(places, field)]]));
}

function over(mapping: RecordMapping): RecordMapping {
  const places = placesOver.get(mapping.places) ?? epicBefore(mapping.places);
  placesOver.set(mapping.places, places);
  return {
    ...mapping,
    places,
    services: [...(epicMapping.services ?? []), ...(mapping.services ?? [])],
  };
}

function placesIn(places: Readonly<Record<string, readonly string[]>>, field: string): readonly string[] {
  return Object.hasOwn(places, field) ? (places[field] ?? []) : [];
}
