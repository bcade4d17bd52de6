import * as fc from 'fast-check';
import type { AccessRow } from '#libs/contracts/access-row.js';
import type { Rule, Selection } from '../rule/rule.js';
import type { Match, Test } from '../rules/match/match.js';
import type { History } from './partition-run.suite.js';
import { base } from './random-conditions.suite.js';

/** The same history, which says what it holds, and no more, where a failure shows it. */
export function shown<H extends History>(of: H): H {
  return Object.defineProperty({ ...of }, fc.toStringMethod, { value: () => textOf(of) });
}

function textOf({ rules, rows, ...rest }: History): string {
  const lines = [
    ...rules.filter(({ id }) => !id.startsWith('unmet')).map((rule) => JSON.stringify(ruleOf(rule), asText)),
    ...rows.map((row) => JSON.stringify(rowOf(row))),
    JSON.stringify(rest, asText),
  ];
  return `\n${lines.join('\n')}\n`;
}

/** What sets a rule apart. Of its version without exceptions the selections. */
function ruleOf({ inputs, selection, unfiltered, exceptions, ...rule }: Rule): unknown {
  const looksAt = inputs.map((input) => ({
    ...input,
    ...(input.kind === 'rows' ? { selection: selected(input.selection) } : { rule: ruleOf(input.rule) }),
  }));
  return {
    ...Object.fromEntries(Object.entries(rule).filter(([name, value]) => !told.has(name) && !isEmpty(value))),
    inputs: looksAt,
    selection: selected(selection),
    ...(exceptions.length > 0 && { exceptions: exceptions.map(({ id, excluded }) => [id, selected(excluded)]) }),
    ...(unfiltered && {
      unfiltered: unfiltered.inputs.map((input) => (input.kind === 'rows' ? selected(input.selection) : input.rule.id)),
    }),
  };
}

/** What is for people. */
const told: ReadonlySet<string> = new Set(['title', 'description', 'attack', 'falsePositives', 'runbook', 'file', 'line']);

function isEmpty(value: unknown): boolean {
  return Array.isArray(value) && value.length === 0;
}

function selected({ tree, id }: Selection): string {
  return tree ? matched(tree) : `treeless ${id.slice(0, 4)}`;
}

function matched(match: Match): string {
  if (match.op === 'test') return asked(match.test);
  if (match.op === 'not') return `not ${matched(match.of)}`;
  return `(${match.of.map(matched).join(` ${match.op} `)})`;
}

function asked(test: Test): string {
  switch (test.kind) {
    case 'glob':
      return `${test.field}=${test.parts.map((part) => (typeof part === 'string' ? part : part.literal)).join('')}`;
    case 'present':
      return test.field;
    case 'instant':
      return `from ${test.fromMs - base}`;
    default:
      return JSON.stringify(test).replaceAll('"', '');
  }
}

/** Times as milliseconds from the beginning. */
function rowOf({ time, received_at, event_id, patient_id, ...row }: AccessRow): unknown {
  return { at: sinceBase(time), received: sinceBase(received_at), event: short(event_id), patient: short(patient_id), ...row };
}

function sinceBase(time: string): number {
  return Date.parse(time) - base;
}

function short(id: string): string {
  return id.replace(/^0+/, '');
}

function asText(_: string, value: unknown): unknown {
  return value === Number.POSITIVE_INFINITY || value === undefined ? String(value) : value;
}
