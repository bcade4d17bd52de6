import { hasAmounts } from '../../rule/rule-kinds.js';
import type { MatchesInput, Rule, RowsInput } from '../../rule/rule.js';
import { type Field, wordsOf } from '../match/fields.js';
import type { Correlation } from '../read/correlation.js';
import { countable, groupable, summable } from './countable.js';
import type { Documents } from '../read/documents.js';
import type { EventRule } from '../read/event-rule.js';
import { anyOf, shown, type Mistakes } from '../text/mistakes.js';
import type { Located } from '../read/read-tree.js';

type Place<Input> = Pick<Input, Extract<keyof Input, 'by' | 'field' | 'spread'>>;
export type RowsPlace = Place<RowsInput>;
export type MatchesPlace = Place<MatchesInput>;

/** The fields of an event rule that stand for the names of a correlation; undefined when one cannot (noted). */
export function fieldsIn(
  rule: EventRule,
  correlation: Correlation,
  documents: Documents,
  mistakes: Mistakes,
): RowsPlace | undefined {
  const own = (name: Located): Located | undefined => nameIn(rule, name, correlation, documents);
  const place = placesOf<Field>(correlation, mistakes, {
    grouped: (name) => groupable(own(name), correlation.subject, mistakes),
    spread: (name) => countable(own(name), correlation.subject, mistakes),
    counted: (name) =>
      hasAmounts(correlation.type) ? summable(own(name), mistakes) : countable(own(name), correlation.subject, mistakes),
  });
  return place && isInReach(place, correlation, mistakes) ? place : undefined;
}

/** Of a field that holds some words alone there are no more different values than these; more could never be counted (noted). */
function isInReach({ field, spread }: RowsPlace, { condition, vigie, ...correlation }: Correlation, mistakes: Mistakes): boolean {
  const before = mistakes.count;
  const most = field.reduce((product, one) => product * (wordsOf(one)?.length ?? Number.POSITIVE_INFINITY), 1);
  if (field.length > 0 && !hasAmounts(correlation.type) && condition.atLeast > most)
    mistakes.at(correlation.field[0]?.line ?? correlation.bodyLine, outOfReach(field, most));
  const words = spread && wordsOf(spread);
  if (spread && vigie.spread && words && vigie.spread.atLeast > words.length)
    mistakes.at(vigie.spread.field.line, outOfReach([spread], words.length));
  return mistakes.count === before;
}

function outOfReach(fields: readonly Field[], most: number): string {
  const words = fields.length === 1 && fields[0] ? (wordsOf(fields[0]) ?? []) : [];
  return `${anyOf(fields, 'and')} ${words.length > 0 ? `is ${anyOf(words)}` : 'hold some words only'}, so that more than ${most} different values are never counted: write a lower number, or count another field`;
}

/** The same for a correlation: places in its group-by, which is all that its matches carry. */
export function placesIn(
  target: Correlation,
  { by }: Rule,
  correlation: Correlation,
  documents: Documents,
  mistakes: Mistakes,
): MatchesPlace | undefined {
  const placeOf = (name: Located): number | undefined => {
    const own = nameIn(target, name, correlation, documents);
    const place = own ? by.indexOf(own.text) : -1;
    if (place >= 0 || !own) return place < 0 ? undefined : place;
    return mistakes.at(
      own.line,
      `${shown(own.text)} is not in group-by of ${shown(target.metadata.title)}, and a match carries nothing else: add it there, or leave it away here`,
    );
  };
  return placesOf<number>(correlation, mistakes, { grouped: placeOf, counted: placeOf, spread: placeOf });
}

function placesOf<T extends Field | number>(
  { groupBy, field, vigie, bodyLine }: Correlation,
  mistakes: Mistakes,
  read: Readonly<Record<'grouped' | 'counted' | 'spread', (name: Located) => T | undefined>>,
): { by: T[]; field: T[]; spread?: T } | undefined {
  const before = mistakes.count;
  const by = groupBy.flatMap((name) => read.grouped(name) ?? []);
  const counted = field.flatMap((name) => read.counted(name) ?? []);
  const spread = vigie.spread && read.spread(vigie.spread.field);
  if (by.length < groupBy.length || counted.length < field.length || mistakes.count > before) return undefined;
  if (new Set(by).size < by.length || new Set(counted).size < counted.length)
    return mistakes.at(bodyLine, 'two names stand for one field through aliases: name it once');
  if (counted.some((one) => by.includes(one)) || (spread !== undefined && by.includes(spread)))
    return mistakes.at(
      bodyLine,
      'a counted field stands in group-by through an alias: it has one value in each group, count another',
    );
  return { by, field: counted, ...(spread !== undefined && { spread }) };
}

/** The name itself, or what the alias of that name says for the rule. A missing one was noted by `checkAliases`. */
function nameIn(
  rule: EventRule | Correlation,
  name: Located,
  { aliases }: Correlation,
  documents: Documents,
): Located | undefined {
  const alias = aliases.get(name.text);
  return alias ? alias.fields.find((one) => documents.find(one.rule.text) === rule)?.field : name;
}

/** Every alias maps every rule that is referred to, and no other. */
export function checkAliases(
  { aliases }: Correlation,
  rules: readonly (EventRule | Correlation)[],
  documents: Documents,
  mistakes: Mistakes,
): void {
  for (const alias of aliases.values()) {
    const mapped = alias.fields.map(({ rule }) => documents.find(rule.text));
    for (const [index, { rule }] of alias.fields.entries()) {
      if (!rules.some((one) => one === mapped[index]))
        mistakes.at(rule.line, `the alias ${shown(alias.name)} maps ${shown(rule.text)}, which rules does not name: correct it`);
      else if (mapped.indexOf(mapped[index]) < index)
        mistakes.at(rule.line, `the alias ${shown(alias.name)} maps ${shown(rule.text)} twice: keep one`);
    }
    for (const { metadata, ...rule } of rules)
      if (!mapped.some((one) => one?.file === rule.file && one.line === rule.line))
        mistakes.at(
          alias.line,
          `the alias ${shown(alias.name)} does not say which field stands for it in ${shown(metadata.name || metadata.title)}: an alias maps every rule of rules`,
        );
  }
}
