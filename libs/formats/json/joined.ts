import { rejected } from '#libs/runtime/outcome.js';
import { concatenatedJson } from './concatenated.js';
import { beginsJson, isSpace } from './items.js';
import { isObject, parseItem } from './parse-item.js';

/** A value that stands in a line with others. */
export interface JoinedValue {
  readonly bytes: Uint8Array;
  /** Its end is not there: whoever wrote it was killed, and the next line was written behind what there was of it. */
  readonly isCut: boolean;
}

/** Of a record of which only the beginning is there. */
export const partialLine = rejected(
  'partial_line',
  '',
  'the end of this line is missing, and the next one stands behind it: its sender was stopped while it wrote; what it wrote of the record is not read',
);

/** More values are no line of a program. */
const valuesMax = 64;
/** Characters in which the first key of an object is looked for. */
const keyMax = 128;
const firstKey = /^\{\s{0,8}"[^"\\]{1,64}"/;

/**
 * The values of a line that is no JSON because several stand in it: objects with nothing between, and one that was cut off with a whole one behind it. That one is known by beginning as the line does, since a
 * program writes its keys in one order, and by ending it. None where nothing but the first can be told.
 */
export function joinedIn(bytes: Uint8Array): readonly JoinedValue[] {
  const values: JoinedValue[] = [];
  for (const { start, end, complete } of concatenatedJson(bytes)) {
    const value = bytes.subarray(start, end);
    if (isBetween(value)) continue;
    if (values.length === valuesMax || (values.length === 0 && !beginsJson(value, 0))) return [];
    const again = complete ? 0 : beginsAgainAt(value);
    if (again > 0) values.push({ bytes: value.subarray(0, again), isCut: true }, { bytes: value.subarray(again), isCut: false });
    else values.push({ bytes: value, isCut: !complete });
  }
  return values.length > 1 ? values : [];
}

/** Where the last whole object of a value that ends too late begins; 0 where there is none. */
function beginsAgainAt(bytes: Uint8Array): number {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const [head] = firstKey.exec(text.subarray(0, keyMax).toString('latin1')) ?? [];
  const at = head === undefined ? -1 : text.lastIndexOf(head, undefined, 'latin1');
  if (at <= 0) return 0;
  const whole = parseItem(bytes, at, bytes.length);
  return whole.kind === 'accepted' && isObject(whole.value) ? at : 0;
}

/** Whether nothing stands between two values but blanks, a comma or the sign before each record of a sequence. */
export function isBetween(bytes: Uint8Array): boolean {
  return bytes.every((byte) => byte === comma || isSpace(byte) || byte === recordSeparator);
}

const comma = 0x2c;
const recordSeparator = 0x1e;
