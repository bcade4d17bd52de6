type Literal = string | number | readonly string[];

/**
 * A query whose parameters (`{name:Type}`) are written into it as literals, for a person to copy; what a program asks has its parameters beside
 * it. Throws where one is missing.
 */
export function literalSql(query: string, params: Readonly<Record<string, Literal>>): string {
  return query.replaceAll(/\{(\w+):[\w()]+\}/g, (_, name: string) => {
    const value = params[name];
    if (value === undefined) throw new Error(`the query has no value for ${name}`);
    return literalOf(value);
  });
}

function literalOf(value: Literal): string {
  if (typeof value === 'number') return String(value);
  return typeof value === 'string' ? quoted(value) : `[${value.map(quoted).join(', ')}]`;
}

/** As ClickHouse reads it back: https://clickhouse.com/docs/sql-reference/syntax#string */
function quoted(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}
