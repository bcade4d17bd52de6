import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import type { ListEntry } from '#libs/contracts/list-entry.js';
import { MemoryLists } from '#libs/access-store/memory/memory-lists.js';
import type { Exception, Rule, Selection } from '#libs/detection/rule/rule.js';
import { filesFingerprint } from '#libs/runtime/files/files-fingerprint.js';
import { silentLog } from '#libs/runtime/log.js';
import { Metrics } from '#libs/runtime/metrics.js';
import { aRule } from '#libs/testkit/a-rule.js';
import { FakeClock } from '#libs/testkit/fake-clock.js';
import { lookEveryMs, RuleSelections, selectionsOf } from './rule-selections.js';

describe('the selections of rules', () => {
  it('are those of inner rules, of twins without exceptions, and of what exceptions take out, each once', () => {
    const inner = aRule({ selection: selection('1') });
    const twin = aRule({ selection: selection('2') });
    const exceptions = [{ excluded: selection('3') }].map((given): Exception => ({
      id: 'e',
      title: '',
      owner: '',
      reason: '',
      expiresMs: 0,
      file: '',
      line: 1,
      ...given,
    }));
    const outer: Rule = {
      ...aRule({ selection: selection('4') }),
      inputs: [
        { kind: 'matches', rule: inner, by: [], field: [] },
        { kind: 'rows', selection: selection('5'), by: [], field: [] },
      ],
      exceptions,
      unfiltered: twin,
    };
    expect(
      selectionsOf([outer, inner])
        .map(({ id }) => id)
        .toSorted(),
    ).toEqual(['1', '2', '3', '4', '5']);
  });

  it('are registered at the start and when a file or a list changes, and not between', async () => {
    const { clock, lists, registered, state, stop } = running();
    await clock.advance(10 * lookEveryMs);
    expect(registered).toEqual([['1']]);
    state.rules = [aRule({ selection: selection('2') })];
    state.files = 'changed';
    await clock.advance(lookEveryMs);
    expect(registered).toEqual([['1'], ['2']]);
    await lists.put([entry('a')]);
    await clock.advance(lookEveryMs);
    expect(registered).toHaveLength(3);
    expect(state.lists).toEqual(
      new Map([
        ['canary_patients', [{ text: 'a' }]],
        ['closed_clinics', []],
      ]),
    );
    await stop();
  });

  it('go with the clinics of the file, whose mistakes hold up nothing', async () => {
    const { clock, lists, registered, selections, state, stop } = running();
    await clock.advance(lookEveryMs);
    expect((await lists.clinics()).map(({ clinic_id }) => clinic_id)).toEqual(['1']);
    Object.assign(state, { clinic: '', files: 'changed' });
    await clock.advance(lookEveryMs);
    expect([registered.length, selections.missing, await lists.clinics()]).toEqual([2, undefined, [expect.anything()]]);
    state.clinic = '2';
    await clock.advance(300_000);
    expect((await lists.clinics()).map(({ clinic_id }) => clinic_id)).toEqual(['2']);
    await stop();
  });

  it('wait longer and longer for a mistake to be mended, and not at all once the file changes', async () => {
    const { clock, registered, selections, state, stop, unregistered } = running({ mistake: 'rules/a.yml:3: wrong' });
    await clock.advance(3_600_000);
    expect([registered, state.loads < 30]).toEqual([[], true]);
    expect([selections.missing, await unregistered()]).toEqual([expect.stringContaining('rules/a.yml:3: wrong'), '1']);
    state.mistake = '';
    state.files = 'mended';
    await clock.advance(lookEveryMs);
    expect(registered).toEqual([['1']]);
    expect([selections.missing, await unregistered()]).toEqual([undefined, '0']);
    await stop();
  });

  it('are known again as soon as a store that was away answers, and when a mistake is taken back, without anything being registered', async () => {
    const { clock, lists, registered, selections, state, stop, unregistered } = running();
    await clock.advance(lookEveryMs);
    lists.away = true;
    await clock.advance(60_000);
    expect([selections.missing, await unregistered()]).toEqual([expect.stringContaining('the lists are away'), '1']);
    lists.away = false;
    await clock.advance(lookEveryMs);
    expect([selections.missing, await unregistered()]).toEqual([undefined, '0']);
    state.mistake = 'rules/a.yml:3: wrong';
    state.files = 'wrong';
    await clock.advance(lookEveryMs);
    expect(selections.missing).toContain('rules/a.yml:3: wrong');
    state.files = '';
    await clock.advance(lookEveryMs);
    expect([selections.missing, registered]).toEqual([undefined, [['1']]]);
    await stop();
  });

  it('are said to be in use again after some hours, so that they stay in the views', async () => {
    const { clock, registered, stop } = running();
    await clock.advance(13 * 3_600_000);
    expect(registered).toHaveLength(3);
    await stop();
  });
});

describe('the fingerprint of files', () => {
  it('changes with every file that comes, goes, or is written, in folders too', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'vigie-fingerprint-'));
    const paths = [folder, join(folder, 'none.csv')];
    const seen: string[] = [];
    const look = async () => void seen.push(await filesFingerprint(paths));
    await look();
    await look();
    mkdirSync(join(folder, 'sub'));
    writeFileSync(join(folder, 'sub', 'a.yml'), 'a');
    await look();
    utimesSync(join(folder, 'sub', 'a.yml'), 1, 1);
    await look();
    writeFileSync(join(folder, 'none.csv'), 'x');
    await look();
    rmSync(join(folder, 'sub'), { recursive: true });
    await look();
    expect(seen[0]).toBe(seen[1]);
    expect(new Set(seen).size).toBe(5);
    rmSync(folder, { recursive: true });
  });
});

/** Lists of a store that can be away. */
class AwayLists extends MemoryLists {
  away = false;

  override async fingerprint(): Promise<string> {
    if (this.away) throw new Error('the lists are away');
    return super.fingerprint();
  }
}

function running(given: { readonly mistake?: string } = {}) {
  const clock = new FakeClock();
  const lists = new AwayLists();
  const registered: string[][] = [];
  const state = {
    rules: [aRule({ selection: selection('1') })],
    files: '',
    mistake: given.mistake ?? '',
    clinic: '1',
    lists: new Map() as ReadonlyMap<string, unknown>,
    loads: 0,
  };
  const load = async (values: ReadonlyMap<string, unknown>) => {
    state.lists = values;
    state.loads += 1;
    if (state.mistake) throw new Error(state.mistake);
    return state.rules;
  };
  const store = {
    registerSelections: async (selections: readonly Pick<Selection, 'id' | 'sql'>[]) =>
      void registered.push(selections.map(({ id }) => id)),
  };
  const stopping = new AbortController();
  const metrics = new Metrics('archiver');
  const clinics = async () => {
    if (!state.clinic) throw new Error('clinics.csv:2: wrong');
    return [{ group_id: 'aleo', clinic_id: state.clinic, name: 'Nord', opened_at: null, closed_at: null }];
  };
  const files = async () => state.files;
  const selections = new RuleSelections({ store, lists, load, clinics, files, clock, log: silentLog, metrics });
  const ended = selections.run(stopping.signal);
  const stop = async () => {
    stopping.abort();
    await ended;
  };
  const unregistered = async () =>
    /vigie_selections_unregistered\{.*\} (\d)/.exec(
      await metrics.registry.getSingleMetricAsString('vigie_selections_unregistered'),
    )?.[1];
  return { clock, lists, registered, selections, state, stop, unregistered };
}

function selection(id: string): Selection {
  return { id, fields: [], matches: () => true, sql: '1' };
}

function entry(value: string): ListEntry {
  return { list_name: 'canary_patients', value, group_id: '', valid_from: null, valid_until: null, owner: '', reason: '' };
}
