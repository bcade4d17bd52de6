import { type Field, isMandatory, kindOf, wordsOf } from '../match/fields.js';
import { anyOf, shown, type Mistakes } from '../text/mistakes.js';
import type { Entry, ScalarTree, Tree } from './tree.js';

/** What an event of a case has in a field. */
export type CaseValue =
  /** Texts that take turns with the repetitions; `{n}` is the number of the repetition. An empty one leaves the field away. */
  | { readonly kind: 'texts'; readonly texts: readonly string[] }
  | { readonly kind: 'value'; readonly value: number | boolean | readonly string[] };

/** The value of one field of an event; undefined when it is wrong (noted). */
export function readValue(field: Field, { value: tree, line }: Entry, mistakes: Mistakes): CaseValue | undefined {
  const kind = kindOf(field);
  if (kind === 'text' || kind === 'list') {
    const texts = textsOf(field, tree, line, mistakes);
    return texts && (kind === 'text' ? { kind: 'texts', texts } : { kind: 'value', value: texts.filter((text) => text !== '') });
  }
  const value = tree.kind === 'scalar' ? tree.value : undefined;
  if (kind === 'boolean')
    return typeof value === 'boolean'
      ? { kind: 'value', value }
      : mistakes.at(line, `${field} is true or false: leave it away where it is unknown`);
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return { kind: 'value', value };
  return mistakes.at(line, `${field} is a whole number from 0: leave it away where it is unknown`);
}

function textsOf(field: Field, tree: Tree, line: number, mistakes: Mistakes): readonly string[] | undefined {
  const items: readonly Tree[] = tree.kind === 'list' ? tree.items : [tree];
  const scalars = items.filter((item): item is ScalarTree => item.kind === 'scalar');
  if (items.length === 0 || scalars.length < items.length)
    return mistakes.at(line, `${field} must be a text or a list of texts that take turns`);
  const words = wordsOf(field);
  const given = scalars.map(({ value, text, line: at }) => ({ text: value === null ? '' : text, line: at }));
  for (const { text, line: at } of given)
    if (text !== '' && words && !words.includes(text))
      return mistakes.at(at, `${field} is never ${shown(text)}: it is ${anyOf(words)}`);
  if (given.some(({ text }) => text === '') && isMandatory(field))
    return mistakes.at(line, `every access has ${field}: give it a text, or leave it away for the usual one`);
  return given.map(({ text }) => text);
}
