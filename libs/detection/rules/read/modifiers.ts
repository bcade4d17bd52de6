import { unknownField } from '../match/field-hints.js';
import { type Field, isField } from '../match/fields.js';
import type { Comparison } from '../match/match.js';
import type { RegexFlag } from '../match/regex-syntax.js';
import { anyOf, shown } from '../text/mistakes.js';

/** What stands after a field name: `actor_id|startswith|cased`. */
export interface Modifiers {
  readonly how: 'is' | 'contains' | 'startswith' | 'endswith' | 're' | 'cidr' | 'exists' | 'fieldref' | Comparison;
  /** `hour` and `day`: a part of the local time is compared, not the time. */
  readonly part: 'hour' | 'day' | undefined;
  /** Every value must match, not any. */
  readonly all: boolean;
  readonly cased: boolean;
  /** None of the values may match. */
  readonly neq: boolean;
  /** Values are `%names%` of lists. */
  readonly expand: boolean;
  /** Of `re`, in the order of the alphabet. */
  readonly regexFlags: readonly RegexFlag[];
}

const hows = ['contains', 'startswith', 'endswith', 're', 'cidr', 'exists', 'fieldref', 'gt', 'gte', 'lt', 'lte'] as const;
const flags = ['all', 'cased', 'neq', 'expand'] as const;
const parts = ['hour', 'day'] as const;
const regexFlags = ['i', 'm', 's'] as const;
export const modifierNames: readonly string[] = [...hows, ...flags, ...parts, ...regexFlags].toSorted();

const elsewhere: Readonly<Record<string, string>> = {
  windash: 'windash is for command lines, which no access has; leave it away',
  base64: 'base64 is for command lines, which no access has; write the clear text',
  base64offset: 'base64offset is for command lines, which no access has; write the clear text',
  wide: 'wide is for command lines, which no access has; leave it away',
  utf16: 'utf16 is for command lines, which no access has; leave it away',
  utf16le: 'utf16le is for command lines, which no access has; leave it away',
  utf16be: 'utf16be is for command lines, which no access has; leave it away',
  minute: 'minute is not taken; use hour or day',
  week: 'week is not taken; use hour or day',
  month: 'month is not taken; use hour or day',
  year: 'year is not taken; use hour or day',
};

/** A sentence when the modifiers make no sense together. */
function parseModifiers(names: readonly string[]): Modifiers | string {
  const has = (name: string): boolean => names.includes(name);
  for (const [index, name] of names.entries()) {
    if (!modifierNames.includes(name)) {
      const hint = Object.hasOwn(elsewhere, name) ? elsewhere[name] : undefined;
      return hint ?? `unknown modifier ${shown(name)}: known are ${anyOf(modifierNames, 'and')}`;
    }
    if (names.indexOf(name) !== index) return `the modifier ${name} stands twice: write it once`;
  }
  const chosen = hows.filter(has);
  if (chosen.length > 1) return `the modifiers ${anyOf(chosen, 'and')} exclude one another: write one per key`;
  const part = parts.find(has);
  if (has('hour') && has('day')) return 'the modifiers hour and day exclude one another: write two keys';
  const how = chosen[0] ?? 'is';
  const wrong = wrongTogether(how, part, has);
  const of = regexFlags.filter(has);
  return wrong ?? { how, part, all: has('all'), cased: has('cased'), neq: has('neq'), expand: has('expand'), regexFlags: of };
}

function wrongTogether(how: Modifiers['how'], part: string | undefined, has: (name: string) => boolean): string | undefined {
  const numeric = ['gt', 'gte', 'lt', 'lte'].includes(how);
  const flag = regexFlags.find(has);
  if (flag && how !== 're') return `${flag} goes with re only, not with ${how === 'is' ? 'plain values' : how}: leave it away`;
  if (has('cased') && !['is', 'contains', 'startswith', 'endswith', 'fieldref'].includes(how))
    return `cased says nothing beside ${how}: leave it away`;
  if (has('cased') && part) return `cased says nothing beside ${part}: leave it away`;
  if (has('expand') && (numeric || part || ['re', 'exists', 'fieldref'].includes(how)))
    return `expand goes with plain values, contains, startswith, endswith and cidr, not with ${part ?? how}`;
  if (part && how !== 'is' && !numeric) return `${part} goes with plain numbers and gt, gte, lt and lte, not with ${how}`;
  if (has('neq') && how === 'exists') return 'neq says nothing beside exists: write the other of true and false';
  if (has('neq') && has('all')) return 'neq already means that no value may match: leave all away';
  return undefined;
}

/** What a key such as `actor_id|startswith` asks. */
export interface FieldKey {
  readonly field: Field;
  readonly modifiers: Modifiers;
}

/** Keys as they are read, each once: a detection may hold thousands of maps with the same. */
export class FieldKeys {
  readonly #known = new Map<string, FieldKey | string>();
  readonly #listed = new Set<Field>();

  /** Or the sentence that says why it is none. */
  read(key: string): FieldKey | string {
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const made = readKey(key);
    if (typeof made !== 'string' && made.modifiers.expand) this.#listed.add(made.field);
    this.#known.set(key, made);
    return made;
  }

  /** Whether lists say what is asked of the field, which change beside the rule. */
  isListed(field: Field): boolean {
    return this.#listed.has(field);
  }
}

/** Said of words without a field. */
export const everyField = 'a search in every field (words without a field, with |all or not) is not taken, name the field';

function readKey(key: string): FieldKey | string {
  const [field = '', ...names] = key.split('|');
  if (field === '') return `${shown(key)} has no field: ${everyField}`;
  if (!isField(field)) return unknownField(field);
  const modifiers = parseModifiers(names);
  return typeof modifiers === 'string' ? modifiers : { field, modifiers };
}
