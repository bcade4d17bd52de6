import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { checkRulesCommand, testRulesCommand } from './rules.js';

let folder = '';
let told: string[] = [];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vigie-rules-'));
  told = [];
  for (const stream of [process.stdout, process.stderr])
    jest.spyOn(stream, 'write').mockImplementation((text) => told.push(String(text)) > 0);
});
afterEach(async () => {
  jest.restoreAllMocks();
  process.exitCode = 0;
  await rm(folder, { recursive: true });
});

const rules = (gte: number | string, patients: number): string => `title: Look
name: look
logsource: {product: ehr}
detection: {x: {action: read}, condition: x}
---
title: Many
name: many
level: low
correlation: {type: value_count, rules: look, group-by: [group_id, actor_id], timespan: 1h, condition: {field: patient_id, gte: ${gte}}}
vigie:
  cases:
    - {name: three, fires: true, events: [{patients: ${patients}}]}
---
title: Move
name: move
logsource: {product: ehr}
filter: {rules: look, x: {actor_id: m}, condition: not x}
vigie: {expires: 2001-01-01, owner: dpo, reason: moving}
`;

describe('vigie rules', () => {
  it.each([
    [
      'check',
      checkRulesCommand,
      rules(3, 3),
      0,
      [
        'a.yml:1 Look: Selects every access where action is "read".',
        'a.yml:6 Many: Raises a low incident',
        'a.yml:14 Move: Takes out of "Look"',
        'a.yml:14: the exception "Move" of dpo has expired',
        '1 rule(s), 1 exception(s), 0 mistake(s)',
      ],
    ],
    [
      'check',
      checkRulesCommand,
      `${rules(3, 3)}---\ntitle: w\nid: 1\nlogsource: {product: windows}\ndetection: {x: {EventID: 1}, condition: x}\n`,
      0,
      ['1 rule for other products ("windows") passed over\n', '1 rule(s), 1 exception(s), 0 mistake(s)'],
    ],
    ['check', checkRulesCommand, rules('x', 3), 1, ['a.yml:9: gte of condition must be a whole number', '1 mistake(s)']],
    [
      'test',
      testRulesCommand,
      rules(3, 3),
      0,
      ['Many: 1 case(s), 1 of them firing, 0 failed', '  ok: three', '1 case(s), 0 failed'],
    ],
    ['test', testRulesCommand, rules(4, 3), 1, ['  FAILED: three', 'a.yml:12: expected an incident', '1 case(s), 1 failed']],
    ['test', testRulesCommand, rules('x', 3), 1, ['a.yml:9: gte of condition must be a whole number']],
  ] as const)('%s: says what there is, and exits with 1 when something is wrong: %#', async (_, command, text, code, lines) => {
    await writeFile(join(folder, 'a.yml'), text);
    await command([folder]);
    for (const line of lines) expect(told.join('')).toContain(line);
    expect(process.exitCode).toBe(code);
  });

  it.each(['\\n', '\\r', '\\x1b[2K', '\\u2028', '\\u202e', '\\x85'])(
    'write no line of their own for a title with %s in it',
    async (sign) => {
      const forged = `"Many${sign}rules/z.yml:1: all is well"`;
      const text = rules(3, 3)
        .replace('title: Look', `title: ${forged}`)
        .replace('title: Many', `title: ${forged}`)
        .replace('title: Move', `title: ${forged}`);
      await writeFile(join(folder, 'a.yml'), text.replace('owner: dpo', `owner: ${forged}`));
      for (const command of [checkRulesCommand, testRulesCommand]) await command([folder]);
      const lines = told.flatMap((line) => line.replace(/\n$/, '').split(/[\n\r\u2028\x85]/));
      expect(lines.filter((line) => line.startsWith('rules/z.yml'))).toEqual([]);
      expect(told.join('')).not.toMatch(/[\x1b\u202e]/); // oxlint-disable-line no-control-regex
    },
  );
});
