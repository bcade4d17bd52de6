import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Writable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { aMonday, anAccessRow, anEvent, anEventId, aPatient } from '#libs/testkit/builders.js';
import { FakeClock } from '#libs/testkit/fake-clock.js';
import { readCommandConfig } from '../config.js';
import { backtestCommand } from './backtest.js';
import type { BacktestCommandOptions } from './command.js';

const hour = 3_600_000;

describe('vigie backtest over files', () => {
  let folder: string;
  let said: string;
  beforeEach(async () => {
    said = '';
    folder = await mkdtemp(join(tmpdir(), 'vigie-backtest-command-'));
    await writeFile(join(folder, 'present.yml'), ruleOf(8));
    await writeFile(join(folder, 'tried.yml'), ruleOf(3));
    const rows = Array.from({ length: 8 }, (_, n) => lineOf(n));
    await writeFile(join(folder, 'rows.ndjson'), `${rows.join('')}nonsense\n${JSON.stringify(anEvent())}\n`);
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  async function run(given: Partial<BacktestCommandOptions> = {}): Promise<string> {
    let text = '';
    const stdout = new Writable({ write: (chunk: Buffer, _, done) => ((text += chunk.toString()), done()) });
    const stderr = Object.assign(new PassThrough(), { isTTY: false });
    stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
    await backtestCommand(
      {
        rules: join(folder, 'tried.yml'),
        from: aMonday - hour,
        to: aMonday + hour,
        files: [join(folder, 'rows.ndjson')],
        format: 'json',
        ...given,
      },
      { clock: new FakeClock(), stdout, stderr: stderr as unknown as NodeJS.WriteStream, signal: new AbortController().signal },
      readCommandConfig({ VIGIE_RULES_DIR: join(folder, 'present.yml') }),
    );
    return text;
  }

  it('says what the tried rules fire beside the rules in use', async () => {
    expect(JSON.parse(await run())).toMatchObject({
      summary: { same: 1, earlier: 1, new: 0, gone: 0, rows: 8, bad_lines: 2 },
      incidents: [
        {
          kind: 'same',
          earlier_seconds: 5,
          more_patients: 0,
          more_patients_at_firing: -5,
          tried: [{ patients: 8, patients_at_firing: 3, rule_matches: [{ value: 3, threshold: 3 }] }],
          present: [{ patients_at_firing: 8 }],
        },
      ],
    });
  });

  it('names bad lines by file and line, and what an event of the input format would have to be', async () => {
    await run();
    expect(said).toContain('rows.ndjson:9: it is not one JSON object');
    expect(said).toContain("rows.ndjson:10: it is an event in Vigie's input format");
    expect(said).toContain('2 line(s) could not be used');
  });

  it('prints the same as lines, and as a table for people', async () => {
    const lines = (await run({ format: 'ndjson' }))
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as object);
    expect(lines).toMatchObject([
      { type: 'incident', kind: 'same' },
      { type: 'summary', rows: 8 },
    ]);
    const table = await run({ format: 'table' });
    expect(table).toMatch(/^same +2026-01-05 09:00:02 +helix\/usurped +3 +8 +1 +7 s +live +high$/m);
    expect(table).toContain('beside: fired at 01-05 09:00:07, this is 5 s earlier, at 8 patients, as many in the end');
    expect(table).toContain('0 new, 0 gone, 1 the same as the rules beside (1 earlier, 0 later, 0 at the same access)');
  });

  it('says with which budget rules were tried that ask for habits, and which one is in use', async () => {
    expect(JSON.parse(await run({ budget: 4 }))).not.toHaveProperty('summary.budget');
    await writeFile(join(folder, 'tried.yml'), `${ruleOf(3)}vigie: { habit: { weight: 1, scale: volume } }\n`);
    expect(JSON.parse(await run({ budget: 4 }))).toMatchObject({ summary: { budget: 4, present_budget: 1 } });
    expect(await run({ budget: 4, format: 'table' })).toContain('with a budget of 4 false incidents a week; in use is 1');
    expect(await run({ format: 'table' })).not.toContain('budget');
  });

  it('refuses mistakes in rules with file and line, an interval that is none, and an account without its group', async () => {
    await writeFile(join(folder, 'wrong.yml'), ruleOf(3).replace('timespan: 10m', 'timespan: soon'));
    await expect(run({ rules: join(folder, 'wrong.yml') })).rejects.toThrow(/wrong\.yml:\d+: /);
    await expect(run({ to: aMonday - hour })).rejects.toThrow('--from must lie before --to');
    await expect(run({ actor: 'a' })).rejects.toThrow('--actor needs --group');
  });

  it('fails where there is nothing to judge', async () => {
    await expect(run({ group: 'other' })).rejects.toThrow('no line of');
    await writeFile(join(folder, 'rows.ndjson'), lineOf(0));
    await expect(run({ group: 'other' })).rejects.toThrow('holds no access of this interval');
  });
});

function ruleOf(atLeast: number): string {
  return `title: reads
name: reads
logsource: { product: ehr }
detection:
  selection: { action: read }
  condition: selection
---
title: Many
id: 5b0f6f0e-1c1e-4f0e-9d0a-2d6a3f6f7a1${atLeast}
level: high
correlation:
  type: value_count
  rules: [reads]
  group-by: [group_id, actor_id]
  timespan: 10m
  condition: { field: patient_id, gte: ${atLeast} }
`;
}

function lineOf(n: number): string {
  const time = new Date(aMonday + n * 1000).toISOString();
  return `${JSON.stringify(anAccessRow({ time, actor_id: 'usurped', patient_id: aPatient(n), event_id: anEventId(n) }))}\n`;
}
