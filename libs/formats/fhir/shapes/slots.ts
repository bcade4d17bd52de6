import { isNationalNumber } from '#libs/pseudonyms/national-number.js';
import { isNoNumber } from '../../identity.js';

/**
 * A place whose value differs from one event to the next and says nothing of how the others are to be read, as long as it is of its kind: `end` finds
 * where it ends, `fits` judges what may be judged only of the whole.
 */
export type SlotKind = 'free' | 'id' | 'reference' | 'time' | 'number' | 'name' | 'address';

const item = String.raw`(?:\[\d+\])?`;
const only = String.raw`(?:\[0\])?`;
const agent = String.raw`^resource\.agent${item}\.`;
const what = String.raw`^resource\.entity${item}\.what\.`;

/** By path in an entry of a Bundle. A text in any other place belongs to the shape, or keeps its record from having one: see constants.ts. */
const kinds: readonly (readonly [RegExp, SlotKind])[] = [
  [
    /^(?:fullUrl|request\.(?:url|ifNoneExist)|response\.(?:etag|lastModified|location)|resource\.meta\.(?:lastUpdated|versionId))$/,
    'free',
  ],
  [/^resource\.id$/, 'id'],
  [/^resource\.(?:recorded|occurredDateTime|(?:period|occurredPeriod)\.(?:start|end))$/, 'time'],
  [new RegExp(`${agent}who\\.identifier${only}\\.value$`), 'number'],
  [new RegExp(`${what}identifier${only}\\.value$`), 'number'],
  [new RegExp(`${agent}who\\.reference$`), 'reference'],
  [new RegExp(`${what}reference$`), 'reference'],
  [new RegExp(`${agent}(?:name|who\\.display)$`), 'name'],
  [new RegExp(`^resource\\.entity${item}\\.(?:name|description|what\\.display)$`), 'name'],
  [new RegExp(`${agent}(?:network${only}\\.address|networkString)$`), 'address'],
];

export function kindAt(path: string): SlotKind | undefined {
  return kinds.find(([places]) => places.test(path))?.[1];
}

/** Longer values are for the readers. */
const lengthMax = 64;
const isOf = {
  free: allBut(/["\\]/),
  id: allOf(/[\w.-]/),
  reference: allOf(/[A-Za-z0-9.-]/),
  time: allOf(/[0-9TZ:.+-]/),
  number: allOf(/[\w.@-]/),
  name: allBut(/["\\]/),
  address: allOf(/[0-9.]/),
} as const satisfies Record<SlotKind, unknown>;

/** Where a value that begins at `start` ends by its closing quote; -1 where it is empty, long, or has what its kind may not have. */
export function endOf(text: string, start: number, kind: SlotKind): number {
  const allowed = isOf[kind];
  const last = start + (kind === 'free' ? 8 * lengthMax : lengthMax);
  for (let at = start; at <= last; at += 1) {
    const code = text.charCodeAt(at);
    if (code === 0x22) return at > start ? at : -1;
    if (code > 0x7f ? !allowed.others : allowed.ascii[code] !== 1) return -1;
  }
  return -1;
}

const address = /^\d{1,3}(?:\.\d{1,3}){3}$/;
const insuranceNumber = /^[A-Z]\d{9}$/;
const insuranceNumberLength = 10;
const nationalNumberLengthMin = 13;
const blank = /\s/;

/** Whether a value, as `endOf` found it, is read as every other of its kind. Numbers that only patients have are patients wherever they stand, and what is no number is nobody's. */
export function fits(text: string, start: number, end: number, kind: SlotKind): boolean {
  if (kind === 'free' || kind === 'time') return true;
  if (kind === 'address') return address.test(text.slice(start, end));
  const length = end - start;
  if (length >= nationalNumberLengthMin && isNationalNumber(text.slice(start, end))) return false;
  if (kind === 'number') return !isNoNumber(text.slice(start, end));
  if (kind !== 'name') return true;
  if (length === insuranceNumberLength && insuranceNumber.test(text.slice(start, end))) return false;
  return !blank.test(text.charAt(start)) && !blank.test(text.charAt(end - 1));
}

interface Allowed {
  /** 1 for each code of a character that may be there. */
  readonly ascii: Uint8Array;
  readonly others: boolean;
}

function allOf(expression: RegExp): Allowed {
  return { ascii: codes((character) => expression.test(character)), others: false };
}

function allBut(expression: RegExp): Allowed {
  return { ascii: codes((character) => character >= ' ' && character < '\x7f' && !expression.test(character)), others: true };
}

function codes(isAllowed: (character: string) => boolean): Uint8Array {
  return Uint8Array.from({ length: 0x80 }, (_, code) => Number(isAllowed(String.fromCharCode(code))));
}
