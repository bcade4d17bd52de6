import { assertNever } from '#libs/runtime/outcome.js';
import { kindOf } from './fields.js';
import { globRegex, plainGlob } from './glob.js';
import { lowerAscii } from './match.js';
import type { Comparison, Match, Test } from './match.js';
import { asSix, parseNetwork } from './network.js';
import { regexText } from './regex-text.js';

/** The condition as a ClickHouse expression over the columns of `accesses`. It is 0 or 1, never NULL, and never throws on data. */
export function compileSql(match: Match): string {
  switch (match.op) {
    case 'test':
      return testSql(match.test);
    case 'not':
      return `NOT (${compileSql(match.of)})`;
    case 'and':
      return match.of.length === 0 ? '1' : match.of.map((child) => `(${compileSql(child)})`).join(' AND ');
    case 'or':
      return orSql(match.of);
    default:
      return assertNever(match);
  }
}

/** Plain values of one text field become one IN. */
function orSql(of: readonly Match[]): string {
  const words = new Map<string, string[]>();
  const others: string[] = [];
  for (const child of of) {
    const word =
      child.op === 'test' && child.test.kind === 'glob' && !child.test.cased ? plainGlob(child.test.parts, false) : undefined;
    if (child.op === 'test' && word?.how === 'is' && kindOf(child.test.field) === 'text') {
      const known = words.get(child.test.field) ?? [];
      known.push(literal(lowerAscii(word.literal)));
      words.set(child.test.field, known);
    } else others.push(`(${compileSql(child)})`);
  }
  const all = [...[...words].map(([field, values]) => `(lower(${field}) IN (${values.join(', ')}))`), ...others];
  return all.length === 0 ? '0' : all.join(' OR ');
}

function testSql(test: Test): string {
  const { field } = test;
  switch (test.kind) {
    case 'present':
      return presentSql(test.field);
    case 'glob':
      return onText(test, (text) => globSql(test, text));
    case 'regex':
      return onText(test, (text) => `match(${text}, ${literal(regexText(test.regex))})`);
    case 'number':
      return `ifNull(${field} ${operators[test.compare]} ${test.value}, 0)`;
    case 'truth':
      return `ifNull(${field} = ${String(test.value)}, 0)`;
    case 'network':
      return onText(test, (text) => networkSql(test.cidr, text));
    case 'same':
      return test.cased
        ? `${field} != '' AND ${field} = ${test.other}`
        : `${field} != '' AND lower(${field}) = lower(${test.other})`;
    case 'clock':
      return `${clockFunctions[test.part](literal(test.zone))} ${operators[test.compare]} ${test.value}`;
    case 'instant':
      return `time >= toDateTime64(${literal(new Date(test.fromMs).toISOString().replace('T', ' ').slice(0, 23))}, 3, 'UTC')`;
    default:
      return assertNever(test);
  }
}

const operators: Readonly<Record<Comparison, string>> = { eq: '=', gt: '>', gte: '>=', lt: '<', lte: '<=' };

const clockFunctions = {
  hour: (zone: string) => `toHour(time, ${zone})`,
  day: (zone: string) => `toDayOfMonth(time, ${zone})`,
  weekday: (zone: string) => `toDayOfWeek(time, 0, ${zone})`,
} as const;

function presentSql(field: Test['field']): string {
  switch (kindOf(field)) {
    case 'text':
      return `${field} != ''`;
    case 'list':
      return `notEmpty(${field})`;
    default:
      return `${field} IS NOT NULL`;
  }
}

function onText(test: Test, sql: (text: string) => string): string {
  if (kindOf(test.field) === 'list') return `arrayExists(element -> element != '' AND ${sql('element')}, ${test.field})`;
  return `${test.field} != '' AND ${sql(test.field)}`;
}

function globSql(glob: Extract<Test, { kind: 'glob' }>, text: string): string {
  const plain = plainGlob(glob.parts, glob.cased);
  if (!plain) return `match(${text}, ${literal(regexText(globRegex(glob.parts, glob.cased)))})`;
  const folded = glob.cased ? text : `lower(${text})`;
  const value = literal(glob.cased ? plain.literal : lowerAscii(plain.literal));
  switch (plain.how) {
    case 'anything':
      return '1';
    case 'is':
      return `${folded} = ${value}`;
    case 'contains':
      return `position(${folded}, ${value}) > 0`;
    case 'startswith':
      return `startsWith(${folded}, ${value})`;
    case 'endswith':
      return `endsWith(${folded}, ${value})`;
    default:
      return assertNever(plain.how);
  }
}

/** Addresses of IPv6 that stand for IPv4 ones. */
const mapped = `toIPv6('${asSix(4, 0n)}') AND toIPv6('${asSix(4, 2n ** 32n - 1n)}')`;

/** Written with functions that give a default instead of an error on what is no address. */
function networkSql(cidr: string, text: string): string {
  const network = parseNetwork(cidr);
  if (!network) throw new Error(`not a network: ${cidr}`);
  const { version, first, last } = network;
  const address = `toIPv6OrDefault(${text})`;
  const within = `${address} BETWEEN toIPv6('${asSix(version, first)}') AND toIPv6('${asSix(version, last)}')`;
  // ClickHouse takes a colon too many.
  const isSix = `isIPv6String(${text}) AND position(${text}, ':::') = 0`;
  if (version === 6) return `(${isSix} AND ${within} AND NOT (${address} BETWEEN ${mapped}))`;
  return `((isIPv4String(${text}) OR (${isSix})) AND ${within})`;
}

/** A ClickHouse string literal. */
export function literal(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'").replaceAll('\0', '\\0')}'`;
}
