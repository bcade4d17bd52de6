/** `node judging.js ROWS`: the engine alone, by the whole pack, over rows as `workers.ts` has them. Prints microseconds of the processor that a row takes, all threads. */
import { writeSync } from 'node:fs';
import { Engine } from '#libs/detection/engine.js';
import { packOptions } from '../packs/pack.js';
import { accessRows } from '../rows/access-rows.js';
import { ownMicros } from '../yardstick/machine.js';

const rows = Number(process.argv[2]);
const rowsPerFrame = 450;
const engine = new Engine(await packOptions());
const frames = Array.from({ length: Math.ceil(rows / rowsPerFrame) }, (_, n) => accessRows(n * rowsPerFrame, rowsPerFrame));
/** In these the engine is compiled while it runs. */
const unheeded = frames.length >> 3;
let begun = 0;
let counted = 0;
for (const [offset, bytes] of frames.entries()) {
  if (offset === unheeded) begun = ownMicros();
  const { rows: taken } = engine.apply({ offset, bytes }, Date.now());
  if (offset >= unheeded) counted += taken;
  engine.takeChanges({ includeUpdates: false });
}
writeSync(1, String((ownMicros() - begun) / counted));
