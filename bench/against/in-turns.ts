// against/: this tree beside another commit of it, which `npm run bench -- NAME --against COMMIT` has compiled, and rules beside fewer (shares.ts).
// Engines take the same frames in turns, or run under valgrind, whose count of instructions no load of the machine changes.

import { createHash, type Hash } from 'node:crypto';
import { Engine, type EngineOptions } from '#libs/detection/engine.js';
import { packOptions } from '../packs/pack.js';
import { threeRulesOptions } from '../packs/three-rules.js';
import { type OrdinaryDay, ordinaryDay, start } from '../rows/ordinary-day.js';
import { report } from '../yardstick/report.js';
import { engineOf } from './engine-of.js';

/** Frames that one engine takes before it is the other's turn: some tens of milliseconds. */
const framesATurn = 25;
const rounds = 5;

interface Side {
  readonly Engine: typeof Engine;
  engine: Engine;
  micros: number;
  told: Hash;
}

/** Prints how many times the rate of the other tree's engine this one reaches, over the same frames and rules, and whether both tell the same. */
export async function inTurns(home: string): Promise<void> {
  const Other = await engineOf(home);
  const pack = await packOptions();
  const second = { accounts: 100_000, rows: 400_000, day: 1 };
  for (const [name, options, days] of [
    ['three rules, 1,400 accounts', threeRulesOptions, [{ accounts: 1_400, rows: 300_000 }]],
    ['pack, 1,400 accounts', pack, [{ accounts: 1_400, rows: 300_000 }]],
    ['pack, a million accounts, cold', pack, [{ accounts: 1_000_000, rows: 400_000 }]],
    ['pack, 100,000 accounts, second day', pack, [{ accounts: 100_000, rows: 400_000 }, second]],
  ] as const)
    compare(name, options, days, Other);
}

/** What is measured is the last of the days. */
function compare(name: string, options: EngineOptions, days: readonly OrdinaryDay[], Other: typeof Engine): void {
  const frames = days.map((day) => [...ordinaryDay(day)]);
  const ratios: number[] = [];
  let isSame = true;
  for (let round = 0; round < rounds; round += 1) {
    globalThis.gc?.();
    const sides = [Other, Engine].map((of) => begun(of, options));
    for (const [day, batch] of frames.entries()) {
      for (const side of sides) side.micros = 0;
      for (let at = 0; at < batch.length; at += framesATurn)
        for (const side of (at / framesATurn + round) % 2 === 0 ? sides : sides.toReversed())
          feed(side, batch.slice(at, at + framesATurn), day * 1_000_000 + at);
    }
    const [before, now] = sides;
    if (!before || !now) continue;
    isSame &&= before.told.digest('hex') === now.told.digest('hex');
    // The first round is compiled while it runs.
    if (round > 0) ratios.push(before.micros / now.micros);
  }
  const sorted = ratios.toSorted((a, b) => a - b);
  const [least = 0, most = 0] = [sorted.at(0), sorted.at(-1)];
  report.ratio(`${name}, of ${least.toFixed(2)} to ${most.toFixed(2)}`, sorted[sorted.length >> 1] ?? 0, 'the rate before');
  report.verdict(`${name}: the same was told`, isSame);
}

function begun(Of: typeof Engine, options: EngineOptions): Side {
  return { Engine: Of, engine: new Of(options), micros: 0, told: createHash('sha256') };
}

function feed(side: Side, frames: readonly Buffer[], offset: number): void {
  const before = process.cpuUsage();
  const changes = frames.map((bytes, at) => {
    side.engine.apply({ offset: offset + at, bytes }, start);
    return side.engine.takeChanges({ includeUpdates: true });
  });
  const { user, system } = process.cpuUsage(before);
  side.micros += user + system;
  side.told.update(JSON.stringify(changes));
}
