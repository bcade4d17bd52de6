import { visibleName } from '#libs/contracts/visible-text.js';
import { accepted, type Accepted, rejected, type Rejected } from '#libs/runtime/outcome.js';
import type { JsonObject } from '../json/parse-item.js';

type Read<T> = Accepted<T> | Rejected;

/** White space that is neither wanted at the ends of an identifier nor inside it: controls. */
const controls = /\p{Cc}/u;

/**
 * An identifier of an account, a clinic, a group or a record: text, or a whole number (written as text, since numbers lose digits
 * beyond 2^53), as `visibleName` spells it. Lengths are counted as the sender wrote it.
 */
export function keyText(value: unknown, field: string, lengthMax: number): Read<string> {
  if (typeof value === 'number') {
    if (!Number.isSafeInteger(value))
      return rejected('bad_number', field, `${field} is a number that JSON cannot carry exactly; send it as text`);
    return accepted(String(value));
  }
  if (typeof value !== 'string') return rejected('wrong_type', field, `${field} must be text`);
  const given = value.trim();
  if (!given) return rejected('missing_field', field, `${field} is empty`);
  if (given.length > lengthMax) return rejected('too_long', field, `${field} has more than ${lengthMax} characters`);
  if (controls.test(given)) return rejected('bad_characters', field, `${field} holds control characters`);
  if (!given.isWellFormed()) return rejected('bad_characters', field, `${field} holds half a character (a lone surrogate)`);
  const name = visibleName(given);
  return name ? accepted(name) : rejected('missing_field', field, `${field} holds nothing that can be seen`);
}

/** A field that an event must have. */
export function requiredKey(item: JsonObject, field: string, lengthMax: number): Read<string> {
  const value = item[field];
  if (value === undefined || value === null) return rejected('missing_field', field, `${field} is missing`);
  return keyText(value, field, lengthMax);
}

/** Text that people read: kept as it is, but for half characters. Absent, null and empty are the same. */
export function freeText(item: JsonObject, field: string, lengthMax: number): Read<string | undefined> {
  const value = item[field];
  if (value === undefined || value === null || value === '') return accepted(undefined);
  if (typeof value === 'number' && Number.isSafeInteger(value)) return accepted(String(value));
  if (typeof value !== 'string') return rejected('wrong_type', field, `${field} must be text`);
  if (value.length > lengthMax) return rejected('too_long', field, `${field} has more than ${lengthMax} characters`);
  return accepted(value.toWellFormed());
}

export function boolean(item: JsonObject, field: string): Read<boolean | undefined> {
  const value = item[field];
  if (value === undefined || value === null) return accepted(undefined);
  return typeof value === 'boolean' ? accepted(value) : rejected('wrong_type', field, `${field} must be true or false`);
}

export function wholeNumber(item: JsonObject, field: string, max: number): Read<number | undefined> {
  const value = item[field];
  if (value === undefined || value === null) return accepted(undefined);
  if (typeof value !== 'number' || !Number.isInteger(value) || value < 0 || value > max)
    return rejected('bad_number', field, `${field} must be a whole number from 0 to ${max}`);
  return accepted(value + 0);
}

/** One of a fixed list of words. */
export function word<T extends string>(value: unknown, field: string, words: readonly T[]): Read<T> {
  const found = words.find((candidate) => candidate === value);
  return found ? accepted(found) : rejected('unknown_word', field, `${field} must be one of ${words.join(', ')}`);
}

export function optionalWord<T extends string>(item: JsonObject, field: string, words: readonly T[]): Read<T | undefined> {
  const value = item[field];
  return value === undefined || value === null || value === '' ? accepted(undefined) : word(value, field, words);
}
