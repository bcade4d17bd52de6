import { nameOf, type Token } from './tokens.js';

/** Settings whose values are conditions, which the engine parses once the query runs. */
const conditions: ReadonlySet<string> = new Set([
  'additional_table_filters',
  'additional_result_filter',
  'parallel_replicas_custom_key',
]);

/** Whether the value of a setting may call a function. Without a bracket no expression does, however it is spelled. */
export function mayCall(setting: string, value: string): boolean {
  return conditions.has(setting) && value.includes('(');
}

/** What columns may have that is an expression, which the engine evaluates where the column is asked for. */
const evaluated = /\b(?:alias|default|ephemeral|materialized)\b/i;

/**
 * The first function or setting of a statement by which a text becomes SQL only while the query runs, so that what it calls was never
 * looked at: conditions in settings that call something, the columns of `values` where they are not written out as names and types, and those
 * of `format` where it is a table.
 */
export function unreadSql(tokens: readonly Token[]): string | undefined {
  const found = tokens.find((token, at) => {
    const next = tokens[at + 1]?.text;
    if (token.kind === 'string') return false;
    if (next === '=' && conditions.has(nameOf(token))) return !isPlainCondition(valueAt(tokens, at + 2));
    if (next !== '(') return false;
    if (nameOf(token) === 'values') return !isPlainColumns(firstArgument(tokens, at + 2));
    return nameOf(token) === 'format' && !isPattern(firstArgument(tokens, at + 2));
  });
  return found && nameOf(found);
}

/** What the function of this name fills in; the table of this name has the name of a format there. */
function isPattern([first, ...others]: readonly Token[]): boolean {
  return first?.kind === 'string' && first.text.includes('{') && !others.length;
}

/** A text, or a map of texts, none of which calls anything. */
function isPlainCondition(value: readonly Token[]): boolean {
  return value.every(({ kind, text }) => (kind === 'string' ? !text.includes('(') : /^[{}:,]$/.test(text)));
}

/** One literal, or a list of literals: anything else is evaluated before it is known whether it says the columns. */
function isPlainColumns(argument: readonly Token[]): boolean {
  const plain = argument.filter(({ text }) => text !== '-');
  if (plain.some(({ kind, text }) => kind === 'string' && evaluated.test(text))) return false;
  const [first, ...others] = plain;
  if (first?.text === '(' || first?.text === '[') return depths(plain).indexOf(0) === plain.length - 1;
  return first !== undefined && !others.length && (first.kind !== 'word' || /^(?:null|true|false)$/i.test(first.text));
}

function firstArgument(tokens: readonly Token[], from: number): readonly Token[] {
  const rest = tokens.slice(from);
  const end = depths(rest).findIndex((depth, at) => depth < 0 || (depth === 0 && rest[at]?.text === ','));
  return end < 0 ? rest : rest.slice(0, end);
}

/** The value of a setting: one token, or what stands between braces. */
function valueAt(tokens: readonly Token[], from: number): readonly Token[] {
  const rest = tokens.slice(from);
  return rest.slice(0, rest[0]?.text === '{' ? depths(rest).indexOf(0) + 1 : 1);
}

/** How many brackets are open behind each token. */
function depths(tokens: readonly Token[]): readonly number[] {
  let depth = 0;
  return tokens.map(({ kind, text }) => {
    if (kind === 'symbol' && '([{'.includes(text)) depth += 1;
    if (kind === 'symbol' && ')]}'.includes(text)) depth -= 1;
    return depth;
  });
}
