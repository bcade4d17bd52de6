/**
 * What many rows of one time cost the engine, beside as many of the same account a millisecond apart, under three rules and under the whole
 * default pack: one event over many patients, the same with long texts (many small frames), many events of one millisecond over several
 * clinics, and many accounts with such an event each in turn. `BENCH_AGAINST=/path/of/another/built/checkout` runs that one's engine
 * alternately, and says whether both told the same.
 */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { AccessRow } from '#libs/contracts/access-row.js';
import { frameBytesMax } from '#libs/contracts/topics.js';
import { Engine, type EngineOptions } from '#libs/detection/engine.js';
import { anAccessRow, anEventId, aPatient } from '#libs/testkit/builders.js';
import { packOptions } from './packs/pack.js';
import { threeRulesOptions } from './packs/three-rules.js';
import { report } from './yardstick/report.js';

const rows = 20_000;
const runs = Number(process.env['BENCH_RUNS'] ?? 9);
const start = Date.parse('2026-03-02T08:00:00Z');

interface Shape {
  readonly what: string;
  readonly frames: readonly Buffer[];
}

/** An engine and the rule sets to run it with, of this checkout or another one. */
interface Judging {
  readonly Engine: typeof Engine;
  readonly options: readonly (readonly [string, EngineOptions])[];
}

const long = { user_agent: 'x'.repeat(2000), device: 'y'.repeat(1000), purpose: 'p'.repeat(1000) };
/** Of each, rows a millisecond apart, and those of one time beside them. */
const groups: readonly (readonly [Shape, Shape])[] = [
  pair('one event', () => ({ event_id: anEventId('one') })),
  pair('one event with long texts, in small frames', () => ({ event_id: anEventId('one'), ...long })),
  pair('events over five clinics', (n) => ({ event_id: anEventId(n), clinic_id: `99000000${n % 5}` })),
  pair('one event each of twenty accounts in turn', (n) => ({ event_id: anEventId(n % 20), actor_id: `a${n % 20}` })),
];

const here: Judging = {
  Engine,
  options: [
    ['three rules', threeRulesOptions],
    ['pack', await packOptions()],
  ],
};
const there = await checkout(process.env['BENCH_AGAINST']);
report.note(`${rows} rows; median of ${runs} runs, by processor time`);
for (const [index, [rules]] of here.options.entries()) for (const group of groups) compare(rules, index, group);

/** Every shape of the group in turn, as often as there are runs, so that whatever slows the machine down slows all of them. */
function compare(rules: string, index: number, group: readonly Shape[]): void {
  const judging = there ? [here, there] : [here];
  const times = group.map(() => judging.map((): number[] => []));
  const told = group.map(() => new Set<string>());
  for (let run = -2; run < runs; run += 1)
    for (const [at, { frames }] of group.entries())
      for (const [which, { Engine: Of, options }] of judging.entries()) {
        const { ms, digest } = judged(new Of(options[index]?.[1] ?? threeRulesOptions), frames);
        if (run >= 0) times[at]?.[which]?.push(ms);
        told[at]?.add(digest);
      }
  const medians = times.map((of) => of.map((all) => all.toSorted((a, b) => a - b)[runs >> 1] ?? 0));
  for (const [at, { what }] of group.entries()) {
    const [own = 0, other = 0] = medians[at] ?? [];
    const [apart = 1, otherApart = 1] = medians[0] ?? [];
    report.figure(`${rules}, ${what}`, own, 'ms');
    if (at > 0) report.ratio(`${rules}, ${what}`, own / apart, 'the time of as many a millisecond apart');
    if (!there) continue;
    report.figure(`${rules}, ${what}, the other checkout`, other, 'ms');
    if (at > 0)
      report.ratio(`${rules}, ${what}, the other checkout`, other / otherApart, 'the time of as many a millisecond apart');
    report.verdict(`${rules}, ${what}: both checkouts told the same`, told[at]?.size === 1);
  }
}

/** Changes are taken as the scorer takes them: those that are told after each frame, figures at the end. */
function judged(engine: Engine, frames: readonly Buffer[]): { readonly ms: number; readonly digest: string } {
  const told = createHash('sha256');
  const before = process.cpuUsage();
  for (const [offset, bytes] of frames.entries()) {
    engine.apply({ offset, bytes }, start);
    told.update(JSON.stringify(engine.takeChanges({ includeUpdates: false })));
  }
  told.update(JSON.stringify(engine.takeChanges({ includeUpdates: true })));
  const { user, system } = process.cpuUsage(before);
  return { ms: (user + system) / 1000, digest: told.digest('hex') };
}

async function checkout(root: string | undefined): Promise<Judging | undefined> {
  if (!root) return undefined;
  const of = (path: string): string => pathToFileURL(join(root, 'dist', path)).href;
  const judges: { readonly Engine: typeof Engine } = await import(of('libs/detection/engine.js'));
  // Older checkouts have the packs beside the benchmarks.
  const packOf = (name: string): string =>
    of(existsSync(join(root, 'dist', 'bench', 'packs')) ? `bench/packs/${name}.js` : `bench/lib-${name}.js`);
  const three: { readonly threeRulesOptions: EngineOptions } = await import(packOf('three-rules'));
  const pack: { readonly packOptions: typeof packOptions } = await import(packOf('pack'));
  return {
    Engine: judges.Engine,
    options: [
      ['', three.threeRulesOptions],
      ['', await pack.packOptions()],
    ],
  };
}

function pair(what: string, given: (n: number) => Partial<AccessRow>): readonly [Shape, Shape] {
  const apart = shape(`a millisecond apart, otherwise as ${what}`, (n) => ({ ...given(n), time: at(n), event_id: anEventId(n) }));
  return [apart, shape(what, (n) => ({ ...given(n), time: at(0) }))];
}

function shape(what: string, given: (n: number) => Partial<AccessRow>): Shape {
  const frames: Buffer[] = [];
  let lines: string[] = [];
  let bytes = 0;
  for (let n = 0; n < rows; n += 1) {
    const line = `${JSON.stringify(row(n, given(n)))}\n`;
    if (bytes + line.length > frameBytesMax) {
      frames.push(Buffer.from(lines.join('')));
      lines = [];
      bytes = 0;
    }
    lines.push(line);
    bytes += line.length;
  }
  frames.push(Buffer.from(lines.join('')));
  return { what, frames };
}

function row(n: number, given: Partial<AccessRow>): AccessRow {
  return anAccessRow({
    patient_id: aPatient(n),
    actor_id: 'exporter',
    received_at: at(n),
    actor_role: 'nurse',
    actor_kind: 'human',
    categories: ['identity', 'notes'],
    source_ip: '10.4.2.17',
    session_id: 's-1',
    application: 'mediboard',
    key_id: 'k1',
    ...given,
  });
}

function at(ms: number): string {
  return new Date(start + ms).toISOString();
}
