/** One word, symbol or literal of a query, with its place. Comments and blanks are left out. */
export interface Token {
  readonly kind: 'word' | 'number' | 'string' | 'quoted' | 'symbol';
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

const pattern =
  /(?<blank>\s+|--[^\n]*|#![^\n]*|#\s[^\n]*|\/\*[\s\S]*?\*\/)|(?<heredoc>\$(?<tag>\w*)\$[\s\S]*?\$\k<tag>\$)|(?<string>'(?:[^'\\]|\\[\s\S]|'')*')|(?<quoted>"(?:[^"\\]|\\[\s\S]|"")*"|`(?:[^`\\]|\\[\s\S]|``)*`)|(?<number>\d[\w.]*)|(?<word>[\p{L}_][\p{L}\p{N}_]*)|(?<symbol>[\s\S])/uy;

/** The words of a text, as far as it is one. */
export function* tokensOf(sql: string): Generator<Token, void> {
  pattern.lastIndex = 0;
  let at = 0;
  while (at < sql.length) {
    pattern.lastIndex = at;
    const found = pattern.exec(sql);
    if (!found?.groups) return;
    const start = at;
    at += found[0].length;
    const kind = kindOf(found.groups);
    if (kind) yield { kind, text: found[0], start, end: at };
  }
}

function kindOf(groups: Readonly<Record<string, string | undefined>>): Token['kind'] | undefined {
  if (groups['blank'] !== undefined) return undefined;
  if (groups['heredoc'] !== undefined || groups['string'] !== undefined) return 'string';
  if (groups['quoted'] !== undefined) return 'quoted';
  if (groups['number'] !== undefined) return 'number';
  return groups['word'] === undefined ? 'symbol' : 'word';
}

/** A name in lower case, and the inside of a text, without what stands around it. */
export function nameOf(token: Token): string {
  return (token.kind === 'quoted' || token.kind === 'string' ? token.text.slice(1, -1) : token.text).toLowerCase();
}
