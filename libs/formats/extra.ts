import { isObject } from './json/parse-item.js';
import { limits } from './limits.js';
import type { Mask } from './mask/mask.js';
import { withoutIdentifiers } from './shape.js';

/** Fields that are kept under `extra` where a source says nothing else: what was asked for and where, never of whom. */
export const harmlessFields: readonly string[] = [
  'ward', 'unit', 'department', 'service', 'module', 'screen', 'page', 'workstation', 'host', 'url', 'path', 'method', 'http_method', 'status',
  'http_status', 'status_code', 'event_type', 'event_code', 'resource_type', 'severity', 'version', 'duration_ms',
]; // prettier-ignore

/** Elements of a list, and characters of a text, that are kept. */
const elementsMax = 32;
const textMax = 1024;

type Fields = Readonly<Record<string, unknown>>;
type Leaf = string | number | boolean;

/**
 * The unknown fields that are named, as the JSON text of `extra`: texts, numbers, true and false, and lists of them; a field inside another
 * is named with points (`context.ward`). Whatever is not named is left out, because nobody can list what may name a patient; how many
 * fields those were is kept under `_dropped`, their names are not, since a name is free text as well. Looks at no more than what is named.
 * Undefined when the event had no unknown field.
 */
export function extraText(extra: Fields | undefined, named: readonly string[], mask: Mask): string | undefined {
  const given = extra ? Object.keys(extra).length : 0;
  if (!extra || given === 0) return undefined;
  const kept = named.flatMap((name): readonly [string, unknown][] => {
    const value = keptOf(at(extra, name), name, mask);
    return value === undefined ? [] : [[name, value]];
  });
  const dropped = given - new Set(kept.map(([name]) => topOf(extra, name))).size;
  const text = JSON.stringify({ ...Object.fromEntries(kept), ...(dropped > 0 ? { _dropped: dropped } : {}) });
  return Buffer.byteLength(text) <= limits.extraBytesMax ? text : JSON.stringify({ _dropped: given });
}

/** The field of that name, or of that path. */
function at(fields: Fields, name: string): unknown {
  if (Object.hasOwn(fields, name)) return fields[name];
  let value: unknown = fields;
  for (const step of name.split('.')) {
    if (!isObject(value) || !Object.hasOwn(value, step)) return undefined;
    value = value[step];
  }
  return value;
}

function topOf(fields: Fields, name: string): string {
  return Object.hasOwn(fields, name) ? name : (name.split('.')[0] ?? name);
}

function keptOf(value: unknown, name: string, mask: Mask): Leaf | readonly Leaf[] | undefined {
  if (Array.isArray(value)) {
    const kept = value.slice(0, elementsMax).flatMap((inner) => leafOf(inner, name, mask) ?? []);
    return kept.length ? kept : undefined;
  }
  return leafOf(value, name, mask);
}

function leafOf(value: unknown, name: string, mask: Mask): Leaf | undefined {
  if (typeof value === 'boolean') return value;
  if (typeof value !== 'string' && typeof value !== 'number') return undefined;
  const text = String(value).toWellFormed();
  const masked = withoutIdentifiers(mask.text(text.length > textMax ? text.slice(0, textMax) : text, `extra.${name}`));
  return typeof value === 'number' && masked === text ? value : masked;
}
