import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { MemoryLists } from '#libs/access-store/memory/memory-lists.js';
import { defaultListsDir } from '#libs/detection/rules/load/config.js';
import { requireRules } from '#libs/detection/rules/load/require-rules.js';
import type { Frame } from '#libs/event-log/port.js';
import { filesFingerprint } from '#libs/runtime/files/files-fingerprint.js';
import type { Log, LogFields } from '#libs/runtime/log.js';
import { Transient } from '#libs/runtime/outcome.js';
import { aMonday, anAccessRow, anEventId, aPatient } from '#libs/testkit/builders.js';
import type { ScorerPipeline } from '../pipeline.js';
import { changedRules, digestsOf } from './rule-changes.js';
import { RulesReloader, type RulesReloaderTools } from './rules-reloader.js';
import { Archive, aScorer, at, bytesOf, contents, FakeLog, gauge } from '../scorer.fixture.js';

const readers = (name: string, action: string, atLeast: number): string => `
title: Looks at ${action}
name: ${name}_event
logsource: { product: ehr }
detection:
  looking: { action: ${action} }
  condition: looking
---
title: Many by ${action}
name: ${name}
level: high
correlation:
  type: value_count
  rules: [${name}_event]
  group-by: [group_id, actor_id]
  timespan: 10m
  condition: { field: patient_id, gte: ${atLeast} }
`;

/** One account reads thirty patients, another prints thirty, both within a minute; then an hour of somebody else's work. */
const frames: readonly Frame[] = Array.from({ length: 10 }, (_, offset) => ({
  offset,
  bytes: bytesOf(
    Array.from({ length: 10 }, (_, n) => {
      const number = offset * 10 + n;
      const isBurst = offset < 6;
      return anAccessRow({
        time: new Date(aMonday + (isBurst ? number * 1000 : offset * 600_000 + n)).toISOString(),
        actor_id: isBurst ? (number % 2 ? 'reader' : 'printer') : 'nurse',
        action: isBurst && number % 2 === 0 ? 'print' : 'read',
        patient_id: aPatient(isBurst ? number : n % 2),
        event_id: anEventId(number),
      });
    }),
  ),
}));

describe('rules that change', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'vigie-reload-'));
    await mkdir(join(folder, 'rules'));
    await mkdir(join(folder, 'state'));
  });
  let pipeline: ScorerPipeline | undefined;
  afterEach(async () => {
    await pipeline?.written();
    await rm(folder, { recursive: true, force: true });
  });

  const write = (name: string, text: string) => writeFile(join(folder, 'rules', name), text);

  async function running(given: Partial<RulesReloaderTools> = {}) {
    await write('a.yml', readers('reads', 'read', 20));
    const log = new FakeLog(1);
    const archive = new Archive();
    const said: string[] = [];
    const logger = recording(said);
    const config = { VIGIE_RULES_DIR: join(folder, 'rules'), VIGIE_LISTS_DIR: defaultListsDir };
    const first = (await requireRules(config)).rules;
    const scorer = await aScorer({ log, stateDir: join(folder, 'state'), rules: first, archive });
    pipeline = scorer.pipeline;
    const lists = new MemoryLists();
    const uses: number[] = [];
    const reloader = new RulesReloader({
      lists,
      files: () => filesFingerprint([config.VIGIE_RULES_DIR]),
      load: () => requireRules(config),
      use: async (rules) => {
        uses.push(rules.length);
        await scorer.pipeline.useRules(rules);
      },
      clock: scorer.clock,
      metrics: scorer.metrics,
      logger,
      ...given,
    });
    expect(await reloader.first(1000)).toHaveLength(1);
    return { ...scorer, log, archive, reloader, said, uses, lists };
  }

  it('are taken up between two frames, without losing windows, and new ones see the past that the store has', async () => {
    const { pipeline, reloader, filler, rejudger, archive, log, said, metrics } = await running();
    for (const frame of frames.slice(0, 3)) await pipeline.frames(at, [frame]);
    expect(accounts(log)).toEqual([]);
    await write('b.yml', readers('prints', 'print', 20));
    await reloader.look();
    expect(said).toContainEqual(expect.stringContaining('added: prints'));
    for (const frame of frames.slice(3)) await pipeline.frames(at, [frame]);
    // Nothing is told by the new rules before a snapshot says from where on they look.
    await pipeline.written();
    await pipeline.tick();
    // The reader's first half was in the windows that both rule sets have; the printer's is in the store only.
    expect(accounts(log)).toEqual(['reader']);
    await filler.look();
    expect(await gauge(metrics, 'vigie_windows_filling')).toBe(1);
    for (const frame of frames) await archive.take(frame);
    await filler.look();
    expect(await gauge(metrics, 'vigie_windows_filling')).toBe(0);
    expect(await gauge(metrics, 'vigie_windows_filling_since_seconds')).toBe(0);
    await rejudger.look();
    await pipeline.written();
    await pipeline.tick();
    expect(accounts(log)).toEqual(['printer', 'reader']);
    await pipeline.revoked(at);
    expect(contents(log.changes())).toContainEqual(expect.objectContaining({ actor_id: 'printer', patients: 30 }));
  });

  it('go on being filled after a restart, and fail open while the store is away', async () => {
    const { pipeline, reloader, filler, archive, log, metrics } = await running();
    for (const frame of frames) await pipeline.frames(at, [frame]);
    await write('b.yml', readers('prints', 'print', 20));
    await reloader.look();
    archive.history.away = true;
    await filler.look();
    expect(await gauge(metrics, 'vigie_windows_filling')).toBe(1);
    await pipeline.revoked(at);
    archive.history.away = false;
    for (const frame of frames) await archive.take(frame);
    const again = await aScorer({ log, stateDir: join(folder, 'state'), rules: pipeline.rules, archive });
    expect(again.from).toBe(frames.length);
    await again.filler.look();
    await again.rejudger.look();
    await again.pipeline.revoked(at);
    expect(accounts(log)).toEqual(['printer', 'reader']);
    const third = await aScorer({ log, stateDir: join(folder, 'state'), rules: pipeline.rules, archive });
    await third.filler.look();
    expect(await gauge(third.metrics, 'vigie_windows_filling')).toBe(0);
  });

  it('that changed while the scorer was down are filled, too', async () => {
    const { pipeline, archive, log, reloader } = await running();
    for (const frame of frames) await pipeline.frames(at, [frame]);
    await pipeline.revoked(at);
    for (const frame of frames) await archive.take(frame);
    await write('b.yml', readers('prints', 'print', 20));
    const rules = await reloader.first(1000);
    const again = await aScorer({ log, stateDir: join(folder, 'state'), rules, archive });
    await again.filler.look();
    await again.rejudger.look();
    await again.pipeline.revoked(at);
    expect(accounts(log)).toEqual(['printer', 'reader']);
  });

  it('that ask for less since the scorer was down find what lies in windows that they have', async () => {
    const { pipeline, archive, log, reloader } = await running();
    await write('a.yml', readers('reads', 'read', 31));
    await reloader.look();
    for (const frame of frames) await pipeline.frames(at, [frame]);
    await pipeline.revoked(at);
    expect(accounts(log)).toEqual([]);
    for (const frame of frames) await archive.take(frame);
    await write('a.yml', readers('reads', 'read', 20));
    const rules = await reloader.first(1000);
    const again = await aScorer({ log, stateDir: join(folder, 'state'), rules, archive });
    await again.filler.look();
    await again.rejudger.look();
    await again.pipeline.revoked(at);
    expect(accounts(log)).toEqual(['reader']);
  });

  it('that are probably not meant so say it once, with file and line', async () => {
    const { reloader, said, uses } = await running();
    await write('b.yml', '# later\n');
    await reloader.look();
    await write('c.yml', readers('prints', 'print', 20));
    await reloader.look();
    expect(uses).toHaveLength(1);
    const warnings = said.filter((line) => line.startsWith('warn a rule in use should be looked at'));
    expect(warnings).toEqual([expect.stringMatching(/b\.yml:1: the file holds no document/)]);
  });

  it('with mistakes leave the old ones running, and say every mistake with its file and line, once', async () => {
    const { pipeline, reloader, log, said, uses, metrics } = await running();
    await write('b.yml', readers('prints', 'print', 20).replace('timespan: 10m', 'timespan: soon'));
    await write('c.yml', 'title: no rule at all\n');
    for (let look = 0; look < 3; look += 1) await reloader.look();
    expect(uses).toEqual([]);
    expect(await gauge(metrics, 'vigie_rules_reload_failed')).toBe(1);
    const mistakes = said.filter((line) => line.startsWith('error a rule has a mistake'));
    expect(mistakes).toHaveLength(2);
    expect(mistakes[0]).toMatch(/b\.yml:\d+/);
    expect(mistakes[1]).toMatch(/c\.yml:1/);
    for (const name of ['b.yml', 'c.yml']) await rename(join(folder, 'rules', name), join(folder, `${name}.txt`));
    await reloader.look();
    expect(said.at(-1)).toMatch(/^info the rules have no mistake any more/);
    expect(await gauge(metrics, 'vigie_rules_reload_failed')).toBe(0);
    await rename(join(folder, 'c.yml.txt'), join(folder, 'rules', 'c.yml'));
    await reloader.look();
    for (const frame of frames) await pipeline.frames(at, [frame]);
    expect(accounts(log)).toEqual(['reader']);
    await write('b.yml', readers('prints', 'print', 20));
    await rm(join(folder, 'rules', 'c.yml'));
    await reloader.look();
    expect(uses).toEqual([2]);
    expect(await gauge(metrics, 'vigie_rules_reload_failed')).toBe(0);
    await pipeline.revoked(at);
  });

  it('only in the time of their file, in a comment above them or in the name of their file are not taken up again', async () => {
    const { reloader, uses } = await running();
    for (const text of [readers('reads', 'read', 20), `# Whoever reads much.\n${readers('reads', 'read', 20)}`]) {
      await write('a.yml', text);
      await reloader.look();
    }
    await rename(join(folder, 'rules', 'a.yml'), join(folder, 'rules', 'reads.yml'));
    await reloader.look();
    await rename(join(folder, 'rules', 'reads.yml'), join(folder, 'rules', 'a.yml'));
    expect(uses).toEqual([]);
    await write('a.yml', readers('reads', 'read', 21));
    await Promise.all([reloader.look(), reloader.look()]);
    expect(uses).toEqual([1]);
  });

  it('are not taken up while somebody writes them, unless they are said to be whole', async () => {
    const { reloader, uses } = await running();
    await write('b.yml', readers('prints', 'print', 20).split('---')[0] ?? '');
    await reloader.watch();
    await write('b.yml', readers('prints', 'print', 20));
    await reloader.watch();
    expect(uses).toEqual([]);
    await reloader.watch();
    expect(uses).toEqual([2]);
    await write('b.yml', readers('prints', 'print', 30));
    await reloader.look();
    await reloader.watch();
    expect(uses).toEqual([2, 2]);
  });

  it('take lists of the store up when it answers, and keep those known while it does not', async () => {
    let away = true;
    const lists = new MemoryLists();
    const held: number[] = [];
    const { reloader } = await running({
      lists: {
        entries: (name) => lists.entries(name),
        clinics: () => lists.clinics(),
        fingerprint: async () => {
          if (away) throw new Transient('the store is away');
          return lists.fingerprint();
        },
      },
      load: async (stored) => {
        held.push(stored.get('closed_clinics')?.length ?? 0);
        return requireRules({ VIGIE_RULES_DIR: join(folder, 'rules'), VIGIE_LISTS_DIR: defaultListsDir });
      },
    });
    await reloader.look();
    expect(held).toEqual([0]);
    await lists.putClinics([
      { group_id: 'g', clinic_id: 'c9', name: 'c9', opened_at: null, closed_at: '2024-01-01T00:00:00.000Z' },
    ]);
    away = false;
    await reloader.look();
    expect(held).toEqual([0, 1]);
    away = true;
    await reloader.look();
    await write('a.yml', readers('reads', 'read', 22));
    await reloader.look();
    expect(held).toEqual([0, 1, 1]);
  });

  it('are told by what was added, changed and removed', () => {
    expect(
      changedRules(
        new Map([
          ['a', '1'],
          ['b', '1'],
        ]),
        new Map([
          ['b', '2'],
          ['c', '1'],
        ]),
      ),
    ).toBe('added: c; changed: b; removed: a');
    expect(changedRules(new Map([['a', '1']]), new Map([['a', '1']]))).toBe('');
    expect([...digestsOf([]).keys()]).toEqual([]);
  });
});

function accounts(log: FakeLog): readonly unknown[] {
  return contents(log.changes()).map((one) => ('actor_id' in one ? one.actor_id : ''));
}

function recording(said: string[]): Log {
  const say =
    (level: string) =>
    (message: string, fields: LogFields = {}) =>
      void said.push(`${level} ${message} ${fields.reason ?? ''} ${fields.cause instanceof Error ? fields.cause.message : ''}`);
  return { debug: say('debug'), info: say('info'), warn: say('warn'), error: say('error') };
}
