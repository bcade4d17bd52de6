import { anyOf, shown } from '../text/mistakes.js';
import type { Mistakes } from '../text/mistakes.js';
import { parseTimespan } from '../text/timespan.js';
import { oddBlankReason } from '../yaml/yaml-help.js';
import type { Entry, MapTree, ScalarTree, Tree } from '../yaml/tree.js';

/** Why a key that people may know from elsewhere is not taken here, and what to write instead. */
export type KnownElsewhere = Readonly<Record<string, string>>;

/** Notes every key that is not in `known`. */
export function refuseUnknownKeys(
  map: MapTree,
  where: string,
  known: readonly string[],
  elsewhere: KnownElsewhere,
  mistakes: Mistakes,
): void {
  for (const entry of map.entries.values()) {
    if (known.includes(entry.key)) continue;
    const own = Object.hasOwn(elsewhere, entry.key) ? elsewhere[entry.key] : alike(entry.key, known);
    const hint = /^\s/.test(entry.key) ? oddBlankReason : own;
    mistakes.at(entry.line, hint ?? `unknown key ${shown(entry.key)} in ${where}: known are ${anyOf(known, 'and')}`);
  }
}

/** `Level`, `false_positives` and `reference` are `level`, `falsepositives` and `references`. */
function alike(key: string, known: readonly string[]): string | undefined {
  const same = known.find((name) => skeletonOf(name) === skeletonOf(key));
  return same && `unknown key ${shown(key)}: write ${same}`;
}

function skeletonOf(key: string): string {
  return key
    .toLowerCase()
    .replaceAll(/[^a-z]/g, '')
    .replace(/s$/, '');
}

/** The text of a key that people read; a number without quotes is none, as in Sigma. Undefined when it is absent or wrong (noted). */
export function proseOf(map: MapTree, key: string, mistakes: Mistakes): string | undefined {
  const entry = map.entries.get(key);
  if (entry?.value.kind === 'scalar' && typeof entry.value.value !== 'string' && entry.value.value !== null)
    return mistakes.at(entry.line, `${key} must be a text, and ${shown(entry.value.text)} is none to YAML: put it in quotes`);
  return textOf(map, key, mistakes);
}

/** The text of a key, or undefined when it is absent. A value that is not text is noted. */
export function textOf(map: MapTree, key: string, mistakes: Mistakes): string | undefined {
  const entry = map.entries.get(key);
  if (!entry) return undefined;
  const { value } = entry;
  if (value.kind === 'scalar' && value.value !== null && value.text.trim() !== '') return value.text;
  return mistakes.at(entry.line, `${key} must be a text that is not empty`);
}

/** One text or a list of texts; undefined when the key is absent or wrong (noted). */
export function textsOf(
  entry: Entry | undefined,
  mistakes: Mistakes,
  wanted = 'a text or a list of texts',
): readonly Located[] | undefined {
  if (!entry) return undefined;
  const items: readonly Tree[] = entry.value.kind === 'list' ? entry.value.items : [entry.value];
  const texts: Located[] = [];
  for (const item of items) {
    if (item.kind !== 'scalar' || item.value === null || item.text.trim() === '')
      return mistakes.at(
        item.kind === 'scalar' && item.value === null ? entry.line : item.line,
        `${entry.key} must be ${wanted}`,
      );
    texts.push({ text: item.text, line: item.line });
  }
  return texts;
}

/** A list of different texts; undefined when the key is absent or wrong (noted). */
export function listOf(entry: Entry | undefined, mistakes: Mistakes): readonly Located[] | undefined {
  if (!entry || entry.value.kind === 'list') {
    const texts = textsOf(entry, mistakes, 'a list of texts');
    const twice = texts?.find(({ text }, index) => texts.findIndex((other) => other.text === text) < index);
    if (twice) return mistakes.at(twice.line, `${entry?.key} names ${shown(twice.text)} twice: name it once`);
    const items = entry?.value.kind === 'list' ? entry.value.items : [];
    const other = items.find((item) => item.kind === 'scalar' && typeof item.value !== 'string' && item.value !== null);
    if (other?.kind !== 'scalar' || !texts) return texts;
    return mistakes.at(
      other.line,
      `${entry?.key} is a list of texts, and ${shown(other.text)} is none to YAML: put it in quotes`,
    );
  }
  return mistakes.at(entry.line, `${entry.key} must be a list of texts: write ${entry.key}: [...]`);
}

export interface Located {
  readonly text: string;
  readonly line: number;
}

/** A map under a key; undefined when the key is absent or not a map (noted). */
export function mapOf(map: MapTree, key: string, mistakes: Mistakes): MapTree | undefined {
  const entry = map.entries.get(key);
  if (!entry) return undefined;
  return entry.value.kind === 'map' ? entry.value : mistakes.at(entry.line, `${key} must be a map`);
}

/** A whole number within bounds; undefined and noted otherwise. */
export function countOf(tree: Tree, what: string, min: number, max: number, mistakes: Mistakes): number | undefined {
  if (
    tree.kind === 'scalar' &&
    typeof tree.value === 'number' &&
    Number.isInteger(tree.value) &&
    tree.value >= min &&
    tree.value <= max
  )
    return tree.value;
  return mistakes.at(tree.line, `${what} must be a whole number from ${min} to ${max}, not ${gotOf(tree)}`);
}

/** A number within bounds that may lie between whole ones; undefined when it is none (noted). */
export function anyCountOf(tree: Tree, what: string, min: number, max: number, mistakes: Mistakes): number | undefined {
  if (tree.kind === 'scalar' && typeof tree.value === 'number' && tree.value >= min && tree.value <= max) return tree.value;
  return mistakes.at(tree.line, `${what} must be a number from ${min} to ${max}, not ${gotOf(tree)}`);
}

function gotOf(tree: Tree): string {
  return tree.kind === 'scalar' ? shownPlain(tree) : `a ${tree.kind}`;
}

/** What was given where a number, true or false is wanted: in quotes these are texts. */
export function shownPlain({ value, text }: Pick<ScalarTree, 'value' | 'text'>): string {
  const isQuoted = typeof value === 'string' && /^(?:\d+|true|false)$/.test(text);
  return `${shown(text)}${isQuoted ? ', a text: leave the quotation marks away' : ''}`;
}

/** Milliseconds of a timespan such as `10m`, at most `maxMs`, which `max` names; undefined when it is absent or wrong (noted). */
export function timespanOf(map: MapTree, key: string, maxMs: number, max: string, mistakes: Mistakes): number | undefined {
  const text = textOf(map, key, mistakes);
  if (text === undefined) return undefined;
  const line = map.entries.get(key)?.value.line ?? map.line;
  const timespanMs = parseTimespan(text);
  if (timespanMs === undefined)
    return mistakes.at(line, `${shown(text)} is no timespan: write a whole number and s, m, h, d or w, such as 10m`);
  if (timespanMs <= maxMs) return timespanMs;
  return mistakes.at(line, `the ${key} ${text} is longer than ${max}: write a shorter one`);
}
