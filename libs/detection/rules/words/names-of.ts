import type { Input, Rule } from '../../rule/rule.js';
import { isField } from '../match/fields.js';

/** A name of a rule that is no field, and the field that it stands for in each input. */
export interface AliasName {
  readonly name: string;
  readonly fields: readonly string[];
}

/** What a rule groups by, counts or spreads over under names that are called differently in its inputs. */
export function namesOf({ by, field, spread, inputs }: Rule): readonly AliasName[] {
  const names = [...by, ...field, ...(spread ? [spread.field] : [])];
  return names.flatMap((name, index) => {
    const fields = inputs.map((input) => fieldsOf(input, spread !== undefined)[index] ?? name);
    return isField(name) || fields.every((one) => one === name) ? [] : [{ name, fields }];
  });
}

/** The names that an input has for group-by, counted fields and spread, in this order. */
function fieldsOf(input: Input, spread: boolean): readonly string[] {
  if (input.kind === 'rows') return [...input.by, ...input.field, ...(spread && input.spread ? [input.spread] : [])];
  const places = [...input.by, ...input.field, ...(spread && input.spread !== undefined ? [input.spread] : [])];
  return places.map((place) => input.rule.by[place] ?? '');
}
