import { actions, actorKinds, categories, outcomes } from '#libs/contracts/vocabulary.js';
import type { Layout } from './layout.js';

/** The fields in the order of `Field` in scan.as.ts; from `actor_role` on, the order of an access row. */
const fields = [
  'time', 'group_id', 'actor_id', 'clinic_id', 'action', 'outcome', 'id', 'patient_ids', 'actor_role', 'actor_kind', 'privileged',
  'record_count', 'categories', 'purpose', 'emergency', 'source_ip', 'device', 'user_agent', 'session_id', 'auth', 'mfa', 'application',
] as const; // prettier-ignore

/** How a field's value is read: the numbers of `Kind` in scan.as.ts. What is not here is a text. */
const kinds: Readonly<Partial<Record<(typeof fields)[number], number>>> = {
  time: 0,
  group_id: 1,
  actor_id: 1,
  clinic_id: 1,
  id: 1,
  privileged: 3,
  emergency: 3,
  mfa: 3,
  record_count: 4,
  patient_ids: 5,
  action: 6,
  outcome: 7,
  actor_kind: 8,
  categories: 9,
};
const textKind = 2;
const bareKinds = new Set([3, 4, 9]);

/** The constant parts of a row, in the order of `RowPart` in rows.as.ts. */
const rowParts = [
  '{"time":"',
  '","patient_id":"',
  '","clinic_id":"',
  '","action":"',
  '","outcome":"',
  'unknown',
  '","event_id":"',
  '}\n',
];

/** What stands before the number of an event's patients, and before a block. */
const endingParts = [',"event_patients":', ',"id_block":"'];

/**
 * What a byte inside a string adds to the class of the string. A digit and a letter have bits of their own (letters some in common, either case
 * the same), so that a text without a bit of an identifier cannot hold it. `ends` ends what this way can read (quote, escape, control
 * character), `wide` is no ASCII, `hides` is of a text in which an identifier could hide from a comparison of bytes. Letters such as `é` (0xc3,
 * but for the signs × and ÷) hide nothing. Signs have the class 0 and tell nothing.
 */
const byteClass = { hides: 1 << 28, wide: 1 << 29, ends: 1 << 30 } as const;
const digitBits = 10;
const letterBits = 18;

/** Writes what the module's texts take for granted into its memory. */
export function writeTables(memory: Uint8Array, layout: Layout): void {
  const view = new DataView(memory.buffer);
  const text = (at: number, value: string) => memory.set(Buffer.from(value), at);
  fields.forEach((name, field) => {
    const kind = kinds[name] ?? textKind;
    const prefix = `,"${name}":${bareKinds.has(kind) ? '' : '"'}`;
    text(layout.keysAt + 32 * field, `"${name}":`);
    memory.fill(0xff, layout.keysAt + 32 * field + 16, layout.keysAt + 32 * field + 16 + name.length + 3);
    memory[layout.keyLengthsAt + field] = name.length + 3;
    memory[layout.kindsAt + field] = kind;
    memory[layout.closesAt + field] = bareKinds.has(kind) ? 0 : 1;
    text(layout.prefixesAt + 32 * field, prefix);
    memory[layout.prefixLengthsAt + field] = prefix.length;
  });
  [actions, outcomes, actorKinds, categories].forEach((words, list) => {
    words.forEach((word, place) => {
      const at = layout.wordsAt + layout.wordListBytes * list + 16 * place;
      text(at, word);
      memory[at + 15] = word.length;
    });
  });
  rowParts.forEach((part, index) => {
    text(layout.partsAt + 16 * index, part);
    memory[layout.partLengthsAt + index] = part.length;
  });
  endingParts.forEach((part, index) => {
    memory[layout.endingPartsAt + 32 * index] = part.length;
    text(layout.endingPartsAt + 32 * index + 1, part);
  });
  memory.fill(0xff, layout.masksAt, layout.masksAt + 32);
  for (let byte = 0; byte < 256; byte += 1) {
    view.setInt32(layout.classesAt + 4 * byte, classOf(byte), true);
    memory[layout.foldedAt + byte] = foldedOf(byte);
  }
  text(layout.base64At, 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/');
  text(layout.hexAt, '0123456789abcdef');
  const primes = primesUpTo(311);
  primes.slice(0, 8).forEach((prime, place) => view.setUint32(layout.initialAt + 4 * place, fraction32(Math.sqrt(prime)), true));
  primes.forEach((prime, place) => view.setUint32(layout.roundsAt + 4 * place, fraction32(Math.cbrt(prime)), true));
}

function classOf(byte: number): number {
  if (byte < 0x20 || byte === 0x22 || byte === 0x5c || byte === 0x7f) return byteClass.ends;
  if (byte >= 0x80) {
    const isPlain = byte === 0xc3 || (byte < 0xc0 && byte !== 0x97 && byte !== 0xb7);
    return isPlain ? byteClass.wide : byteClass.wide | byteClass.hides;
  }
  if (byte >= 0x30 && byte <= 0x39) return 1 << (byte - 0x30);
  const letter = (byte | 0x20) - 0x61;
  if (letter >= 0 && letter < 26) return 1 << (digitBits + (letter % letterBits));
  return byte === 0x25 ? byteClass.hides : 0;
}

function foldedOf(byte: number): number {
  return /[0-9a-z]/i.test(String.fromCharCode(byte)) ? String.fromCharCode(byte).toLowerCase().charCodeAt(0) : 0;
}

/** The first 64 primes: the constants of SHA-256 are bits of their roots (FIPS 180-4, 4.2.2 and 5.3.3). */
function primesUpTo(last: number): readonly number[] {
  const primes: number[] = [];
  for (let number = 2; number <= last; number += 1) if (primes.every((prime) => number % prime !== 0)) primes.push(number);
  return primes;
}

/** The first 32 bits behind the point. */
function fraction32(value: number): number {
  return Math.floor((value % 1) * 2 ** 32);
}
