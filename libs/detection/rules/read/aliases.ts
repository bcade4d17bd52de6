// rules/read/: what one YAML document says, key by key, every mistake noted.
// It looks at no other document: names are looked up in rules/link.

import { isField } from '../match/fields.js';
import { shown } from '../text/mistakes.js';
import type { Mistakes } from '../text/mistakes.js';
import { mapOf, textOf } from './read-tree.js';
import type { Located } from './read-tree.js';
import type { MapTree } from '../yaml/tree.js';

/** One name for fields that are called differently in different rules. */
export interface Alias {
  readonly name: string;
  readonly line: number;
  /** Names or ids of rules as written, and the field that stands for the alias there. */
  readonly fields: readonly { readonly rule: Located; readonly field: Located }[];
}

/** `aliases: {address: {logins: source_ip, exports: device}}`; what is wrong is noted and left out. */
export function readAliases(body: MapTree, mistakes: Mistakes): ReadonlyMap<string, Alias> {
  const aliases = new Map<string, Alias>();
  const map = mapOf(body, 'aliases', mistakes);
  for (const { key: name, line, value } of map?.entries.values() ?? []) {
    if (!/^[A-Za-z_][\w-]*$/.test(name))
      mistakes.at(line, `an alias is letters from A to Z, digits, _ and -, and begins with a letter or _, not ${shown(name)}`);
    else if (isField(name))
      mistakes.at(line, `the alias ${shown(name)} is the name of a field, so it could mean either: give it another name`);
    else if (value.kind !== 'map' || value.entries.size === 0)
      mistakes.at(line, `the alias ${shown(name)} must be a map from each rule to the field that stands for it there`);
    else aliases.set(name, { name, line, fields: fieldsOf(value, mistakes) });
  }
  return aliases;
}

function fieldsOf(map: MapTree, mistakes: Mistakes): Alias['fields'] {
  return [...map.entries.values()].flatMap(({ key, line }) => {
    const text = textOf(map, key, mistakes);
    return text === undefined ? [] : [{ rule: { text: key, line }, field: { text, line } }];
  });
}
