/** A term that is shorter than this costs less than its name. Characters. */
const shortChars = 12;

export interface SharedTerms {
  /** By the term, the name that it has. */
  readonly names: ReadonlyMap<string, string>;
  /** By the id of the selection, with the names of its terms in their places. */
  readonly expressions: ReadonlyMap<string, string>;
}

/**
 * What several selections ask for alike, each written once: nearly every rule leaves out what failed, and looks at the same actions. ClickHouse plans each
 * place of a condition by itself, and a list is planned longer than it is read.
 */
export function termsInCommon(selections: ReadonlyMap<string, string>): SharedTerms {
  const terms = new Map([...selections].map(([id, expression]) => [id, conjunctsOf(expression)]));
  const counts = new Map<string, number>();
  for (const own of terms.values())
    for (const term of new Set(own)) if (term.length >= shortChars) counts.set(term, (counts.get(term) ?? 0) + 1);
  const repeated = [...counts].flatMap(([term, count]) => (count > 1 ? [term] : []));
  const names = new Map(repeated.map((term, at) => [term, `term_${at + 1}`]));
  const expressions = [...selections].map(([id, expression]): [string, string] => {
    const own = terms.get(id) ?? [];
    return [id, own.some((term) => names.has(term)) ? own.map((term) => names.get(term) ?? term).join(' AND ') : expression];
  });
  return { names, expressions: new Map(expressions) };
}

/** `(a)`, `NOT (b)` of `((a) AND NOT (b))`, as `compileSql` writes a condition; none where it is not made of terms in brackets. */
function conjunctsOf(expression: string): readonly string[] {
  const text = withoutBrackets(expression);
  const terms: string[] = [];
  for (let at = 0; at < text.length;) {
    const begin = at;
    while (text.startsWith('NOT ', at)) at += 'NOT '.length;
    const end = endOfBrackets(text, at);
    if (end === undefined) return [];
    terms.push(text.slice(begin, end));
    if (end < text.length && !text.startsWith(' AND ', end)) return [];
    at = end + ' AND '.length;
  }
  return terms;
}

/** `a` of `((a))`. */
function withoutBrackets(text: string): string {
  let inner = text;
  while (endOfBrackets(inner, 0) === inner.length) inner = inner.slice(1, -1);
  return inner;
}

/** A text, a bracket, or what begins a name in quotation marks or a comment, which `compileSql` does not write. */
const token = /'(?:[^'\\]|\\[\s\S])*'|[()]|["`#$]|--|\/\*/gy;
const between = /[^'()"`#$/-]+|[/-]/gy;

/** Behind the bracket that closes the one at `from`; undefined where none begins there, none closes it, or something is written in another way. */
function endOfBrackets(text: string, from: number): number | undefined {
  if (text[from] !== '(') return undefined;
  let depth = 0;
  for (let at = from; at < text.length;) {
    token.lastIndex = at;
    const found = token.exec(text)?.[0];
    if (found === undefined) {
      between.lastIndex = at;
      const length = between.exec(text)?.[0].length;
      if (length === undefined) return undefined;
      at += length;
      continue;
    }
    if (found.length === 1 && !'()'.includes(found)) return undefined;
    if (found === '--' || found === '/*') return undefined;
    at += found.length;
    if (found === '(') depth += 1;
    if (found === ')' && (depth -= 1) === 0) return at;
  }
  return undefined;
}
