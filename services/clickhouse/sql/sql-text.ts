import { nameOf, type Token, tokensOf } from './tokens.js';
import { unreadSql } from './unread-sql.js';

/** What the server must know of a query before the engine sees it. */
export type Statement =
  /** SELECT: can be streamed. `format` is the one that the text asks for. */
  | { readonly kind: 'select'; readonly format: string | undefined }
  /**
   * INSERT whose data follow: its target (the table and its columns) ends at `targetEnd`, what says the format stands from `formatStart` to
   * `headEnd`, and the data begin there; in characters. `format` as the text says.
   */
  | {
      readonly kind: 'insert';
      readonly targetEnd: number;
      readonly formatStart: number;
      readonly headEnd: number;
      readonly format: string | undefined;
    }
  /** Everything else, among it INSERT ... SELECT. */
  | { readonly kind: 'command'; readonly format: string | undefined };

export interface Inspection {
  readonly statement: Statement;
  /** A semicolon with something behind it. */
  readonly severalStatements: boolean;
  /** Lower-case names that are called like functions, for what may not be reached from here. */
  readonly called: ReadonlySet<string>;
  /** Lower-case names of tables and columns, and texts that may be one where a function takes it as an argument. */
  readonly mentioned: ReadonlySet<string>;
  /** What tables and databases are to be made of (`ENGINE = name`), as written. */
  readonly engines: readonly string[];
  /** `name = number` anywhere in the text: the settings that a query gives itself. */
  readonly assigned: readonly { readonly name: string; readonly value: number }[];
  readonly intoOutfile: boolean;
  readonly fromInfile: boolean;
  /** The first word, in capitals; empty when it is something else. */
  readonly first: string;
  /** The function or setting by which the text would have the engine read SQL that nobody has judged. */
  readonly unread: string | undefined;
  /** A setting that the query puts back to the engine's default, whatever our own value or limit is. */
  readonly setToDefault: string | undefined;
}

/** Reads a query only as far as it is text: of an INSERT, the head. Never throws; what is wrong is the engine's to say. */
export function inspect(sql: string): Inspection {
  const tokens: Token[] = [];
  let insert: Extract<Statement, { kind: 'insert' }> | undefined;
  let depth = 0;
  for (const token of tokensOf(sql)) {
    tokens.push(token);
    if (token.text === '(') depth += 1;
    if (token.text === ')') depth -= 1;
    insert = depth === 0 ? insertEnd(tokens, sql) : undefined;
    if (insert) break;
  }
  const words = tokens.map((token) => (token.kind === 'word' ? token.text.toUpperCase() : token.text));
  return {
    statement: insert ?? statementOf(tokens, words, sql),
    severalStatements: tokens.some(
      (token, at) =>
        token.text === ';' && token.kind === 'symbol' && at < tokens.length - 1 && !words.slice(at).every((word) => word === ';'),
    ),
    called: new Set(tokens.flatMap((token, at) => (words[at + 1] === '(' || words[at - 1] === 'APPLY' ? [nameOf(token)] : []))),
    mentioned: new Set(tokens.flatMap((token) => (token.kind === 'symbol' || token.kind === 'number' ? [] : [nameOf(token)]))),
    engines: tokens.flatMap((token, at) =>
      token.kind !== 'string' && words[at - 1] === '=' && words[at - 2] === 'ENGINE' ? [token.text] : [],
    ),
    assigned: tokens.flatMap((token, at) =>
      (token.kind === 'word' || token.kind === 'quoted') && words[at + 1] === '=' ? assigned(token, tokens[at + 2]) : [],
    ),
    intoOutfile: words.some((word, at) => word === 'INTO' && words[at + 1] === 'OUTFILE'),
    fromInfile: words.some((word, at) => word === 'FROM' && words[at + 1] === 'INFILE'),
    first: words.find((word) => word !== '(') ?? '',
    unread: unreadSql(tokens),
    setToDefault: tokens.find((_, at) => words[at + 1] === '=' && words[at + 2] === 'DEFAULT')?.text,
  };
}

/** As much of a text as the head of an INSERT is looked for in, before all of it is; in characters. */
const headMax = 8192;

/** Names, brackets and blanks: in a text of nothing else no literal stands, and where it is cut no word of it is another. */
const onlyNames = /^[\w\s(),.]*$/;

/**
 * The same as `inspect` of a text that may be long, since data may follow: the head of an INSERT that is nothing but names is found in its first
 * part. `latin1` gives the text up to a place.
 */
export function inspectLong(length: number, latin1: (end: number) => string): Inspection {
  if (length > headMax) {
    const inspection = inspect(latin1(headMax));
    if (isOfNames(latin1(headMax), inspection)) return inspection;
  }
  return inspect(latin1(length));
}

/** Whether a text begins with the whole head of an INSERT of data that holds names and no literals. */
function isOfNames(text: string, { statement }: Inspection): boolean {
  return (
    statement.kind === 'insert' &&
    statement.format !== undefined &&
    statement.headEnd < text.length &&
    onlyNames.test(text.slice(0, statement.headEnd))
  );
}

/** Whether a statement is nothing but names, so that whoever keeps it keeps no value. */
export function isOnlyNames(sql: string): boolean {
  return onlyNames.test(sql);
}

function assigned(name: Token, value: Token | undefined): readonly { name: string; value: number }[] {
  if (value?.kind !== 'number' && value?.kind !== 'string') return [];
  const number = Number(value.text.replaceAll(/['_]/g, ''));
  return [{ name: nameOf(name), value: Number.isNaN(number) ? Infinity : number }];
}

/** The head of an INSERT with data ends behind VALUES or FORMAT and its name. Only the last token is looked at, so the caller asks after each. */
function insertEnd(tokens: readonly Token[], sql: string): Extract<Statement, { kind: 'insert' }> | undefined {
  if (tokens[0]?.text.toUpperCase() !== 'INSERT') return undefined;
  const last = tokens.at(-1);
  if (!last || last.kind !== 'word' || tokens.length < 3) return undefined;
  if (last.text.toUpperCase() === 'VALUES')
    return { kind: 'insert', targetEnd: targetEnd(tokens), formatStart: last.start, headEnd: last.end, format: 'Values' };
  const before = tokens.at(-2);
  if (before?.text.toUpperCase() !== 'FORMAT' || tokens.some(isSelect)) return undefined;
  const blank = /^[ \t\r]*\n?/.exec(sql.slice(last.end, last.end + 100));
  const headEnd = last.end + (blank?.[0].length ?? 0);
  return { kind: 'insert', targetEnd: targetEnd(tokens), formatStart: before.start, headEnd, format: last.text };
}

/** Where `INSERT INTO [TABLE | FUNCTION] name [(columns)]` ends, in characters. */
function targetEnd(tokens: readonly Token[]): number {
  let at = 1;
  for (const word of ['INTO', 'TABLE', 'FUNCTION']) if (tokens[at]?.text.toUpperCase() === word) at += 1;
  at = behindBrackets(tokens, at, '{', '}') ?? at + 1;
  while (tokens[at]?.text === '.') at += 2;
  for (let next = behindBrackets(tokens, at, '(', ')'); next !== undefined; next = behindBrackets(tokens, at, '(', ')'))
    at = next;
  return tokens[at - 1]?.end ?? 0;
}

/** The place behind the bracket that closes the one at `at`; undefined when none begins there. */
function behindBrackets(tokens: readonly Token[], at: number, open: string, close: string): number | undefined {
  if (tokens[at]?.text !== open) return undefined;
  let depth = 0;
  for (let place = at; place < tokens.length; place += 1) {
    if (tokens[place]?.text === open) depth += 1;
    if (tokens[place]?.text === close && (depth -= 1) === 0) return place + 1;
  }
  return tokens.length;
}

function isSelect({ kind, text }: Token): boolean {
  return kind === 'word' && (text.toUpperCase() === 'SELECT' || text.toUpperCase() === 'WITH');
}

function statementOf(tokens: readonly Token[], words: readonly string[], sql: string): Statement {
  const first = words.find((word) => word !== '(');
  const at = words.lastIndexOf('FORMAT');
  const named = at > 0 && at >= words.length - 2 - trailing(words, at) ? tokens[at + 1] : undefined;
  const format = named?.kind === 'word' ? named.text : undefined;
  if (first === 'INSERT' && !tokens.some(isSelect))
    return { kind: 'insert', targetEnd: targetEnd(tokens), formatStart: sql.length, headEnd: sql.length, format: undefined };
  return { kind: first === 'SELECT' || first === 'WITH' ? 'select' : 'command', format };
}

/** Tokens that may stand behind `FORMAT name`: a semicolon, or SETTINGS and all that follows. */
function trailing(words: readonly string[], format: number): number {
  const rest = words.slice(format + 2);
  return rest[0] === 'SETTINGS' || rest.every((word) => word === ';') ? rest.length : 0;
}
