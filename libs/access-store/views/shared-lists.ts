import { termsInCommon } from './shared-terms.js';

/** A list of so many characters that stands in several expressions is written once. */
const longChars = 500;

export interface WithoutRepeats {
  /** The lists and terms, as the beginning of a `SELECT`; empty where there is none. */
  readonly shared: string;
  /** By the id of the selection, with the names of lists and terms in their places. */
  readonly expressions: ReadonlyMap<string, string>;
}

/**
 * Long lists of values that several selections ask for, each written once: nearly every rule leaves out the same declared programs, and a thousand of
 * these in forty rules would be a statement longer than ClickHouse reads. They are then evaluated once for each access, too. Beside them the terms that
 * selections have in common, of any length.
 */
export function withoutRepeats(selections: ReadonlyMap<string, string>): WithoutRepeats {
  const counts = new Map<string, number>();
  for (const expression of selections.values())
    for (const list of new Set(longListsIn(expression))) counts.set(list, (counts.get(list) ?? 0) + 1);
  const names = new Map(
    [...counts].flatMap(([list, count]) => (count > 1 ? [list] : [])).map((list, at) => [list, `list_${at + 1}`]),
  );
  const terms = termsInCommon(new Map([...selections].map(([id, expression]) => [id, shortened(expression, names)])));
  const written = [...names, ...terms.names].map(([list, name]) => `${list} AS ${name}`);
  return { shared: written.length > 0 ? `WITH\n    ${written.join(',\n    ')}\n` : '', expressions: terms.expressions };
}

function shortened(expression: string, names: ReadonlyMap<string, string>): string {
  let text = expression;
  for (const [list, name] of names) text = text.replaceAll(list, () => name);
  return text;
}

/** `(lower(actor_id) IN ('a', 'b'))` and the like, as `compileSql` writes them. A quotation mark within a value has a backslash before it. */
function longListsIn(expression: string): readonly string[] {
  const lists: string[] = [];
  for (const { 0: begin, index } of expression.matchAll(/\((?:lower\(\w+\)|\w+) IN \(/g)) {
    const end = endOfTexts(expression, index + begin.length);
    if (end !== undefined && end - index >= longChars) lists.push(expression.slice(index, end));
  }
  return lists;
}

/** Behind the two brackets that close a list of texts which begins here; undefined where something else stands in it. */
function endOfTexts(expression: string, from: number): number | undefined {
  let at = from;
  while (expression[at] === "'") {
    at += 1;
    while (at < expression.length && expression[at] !== "'") at += expression[at] === '\\' ? 2 : 1;
    at += 1;
    if (expression.startsWith('))', at)) return at + 2;
    if (!expression.startsWith(', ', at)) return undefined;
    at += 2;
  }
  return undefined;
}
