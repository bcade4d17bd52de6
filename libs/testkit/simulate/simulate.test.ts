import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compiledModule } from '#libs/runtime/paths.js';
import { casesOf } from '../measures/long-run.js';
import type { SourceEvent } from '../hospital/event.js';
import type { Truth } from '../hospital/truth.js';
import { attackNames } from '../hospital/attacks/attack-plans.js';
import { attackHelp, parseAttackOrders } from './attack-orders.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'vigie-simulate-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

describe('attacks on the command line', () => {
  it.each([
    ['none', []],
    ['burst', [{ name: 'burst' }]],
    [
      'burst+start=06:30+pace=12.5,slow+day=2',
      [
        { name: 'burst', hour: 6.5, pace: 12.5 },
        { name: 'slow', day: 2 },
      ],
    ],
    ['spread+account=nurse.1+order=by_clinic', [{ name: 'spread', account: 'nurse.1', order: 'by_clinic' }]],
    [
      'below_floors_own+role=secretary+among=in_care+as=desk',
      [{ name: 'below_floors_own', role: 'secretary', among: 'in_care', as: 'desk' }],
    ],
    [
      'burst+open=0+closed=3+patients=5+together=2+actors=1+days=3',
      [{ name: 'burst', open: 0, closed: 3, patients: 5, together: 2, actors: 1, days: 3 }],
    ],
  ])('%s', (text, orders) => {
    expect(parseAttackOrders(text)).toEqual(orders);
  });

  it.each([
    ['bursts', 'there is no attack bursts'],
    ['', 'there is no attack'],
    ['burst+speed=1', 'there is no setting speed'],
    ['burst+constructor=1', 'there is no setting constructor'],
    ['burst+start=24:00', 'not a time of the day'],
    ['burst+pace=0', 'not a number of 0.0001'],
    ['burst+day=1.5', 'not a whole number'],
    ['burst+patients=', 'not a whole number'],
    ['burst+role=chef', 'there is no role chef; there are physician, nurse'],
    ['burst+order=random', 'there is no order random; there are mixed, by_clinic, ascending'],
  ])('%s is refused: %s', (text, message) => {
    expect(() => parseAttackOrders(text)).toThrow(message);
  });

  it('has a line of help for every attack', () => {
    for (const name of attackNames) expect(attackHelp()).toContain(`  ${name} `);
  });
});

describe('npm run simulate', () => {
  it('writes events, the truth of what it wrote, and registers', () => {
    const files = { events: join(folder, 'e.ndjson'), truth: join(folder, 't.json') };
    const attack = 'burst+start=02:00+patients=200';
    const ran = run(
      '--staff',
      '120',
      '--attacks',
      attack,
      '--limit',
      '700',
      '--out',
      files.events,
      '--truth',
      files.truth,
      '--registers',
      folder,
    );
    expect([ran.status, ran.stdout]).toEqual([0, '']);
    expect(ran.stderr).toMatch(/700 events in .*planted: burst from 2026-01-05T01:00:02.000Z, 200 patients of 5 clinics/s);
    const events = readFileSync(files.events, 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as SourceEvent);
    const truth = JSON.parse(readFileSync(files.truth, 'utf8')) as Truth;
    const read = new Set(events.filter(({ device }) => device === 'unknown').flatMap((event) => event.patient_ids));
    expect([events.length, truth.attacks[0]?.patients, read.size]).toEqual([700, 200, 200]);
    const clinics = readFileSync(join(folder, 'clinics.csv'), 'utf8').trimEnd().split('\n');
    expect([clinics[0], clinics.length]).toEqual(['group_id,clinic_id,name,opened_at,closed_at', 18]);
    expect(clinics.filter((line) => !line.endsWith(',')).slice(1)).toHaveLength(3);
    expect(readFileSync(join(folder, 'service_accounts.txt'), 'utf8').split('\n')).toContain('svc-backup');
  });

  it('writes to standard output, the same bytes as to a file, and says the rest on standard error', () => {
    const out = join(folder, 'e.ndjson');
    run('--staff', '100', '--limit', '300', '--out', out);
    const ran = run('--staff', '100', '--limit', '300', '--stats');
    expect(ran.stdout).toBe(readFileSync(out, 'utf8'));
    expect(ran.stderr).toContain('account-days');
  });

  it.each([
    [['--staff', '5'], 'a whole number from 100'],
    [['--start', 'yesterday'], 'a date such as 2026-01-05'],
    [['--attacks', 'worm'], 'there is no attack worm'],
    [['--post', 'ftp://x'], 'an address such as'],
    [['--post', 'http://127.0.0.1:1'], '--token'],
    [['--closed', '17'], 'at least one establishment open'],
    [['--attacks', 'spread+account=nobody'], 'there is no account nobody'],
    [['--staff', '100', '--attacks', 'forty_accounts,spread'], 'take a larger staff'],
    [['--out', '/nonexistent/file'], '/nonexistent/file'],
  ])('%j ends with a clear message', (args, message) => {
    const ran = run(...args);
    expect(ran.status).toBe(1);
    expect(ran.stderr).toContain(message);
    expect(ran.stderr).not.toContain('    at ');
  });

  it('streams days on end within 64 MB of heap', () => {
    const ran = run.with('--max-old-space-size=64')(
      '--staff',
      '250',
      '--days',
      String(casesOf(5, 14)),
      '--attacks',
      'burst,slow',
      '--out',
      '/dev/null',
    );
    expect(ran.stderr).toContain('planted: slow');
    expect(ran.status).toBe(0);
  });
});

function run(...args: readonly string[]) {
  return run.with()(...args);
}
run.with =
  (...nodeOptions: readonly string[]) =>
  (...args: readonly string[]) =>
    spawnSync(process.execPath, [...nodeOptions, compiledModule('libs/testkit/simulate-cli'), ...args], {
      encoding: 'utf8',
      maxBuffer: 64 * 1024 * 1024,
      env: { ...process.env, NODE_OPTIONS: '', VIGIE_TOKEN: '' },
    });
