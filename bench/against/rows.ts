/** `node rows.js <tree> <rules: pack or three> <rounds>`: an engine of a compiled tree over the same rows so many times, for `instructions.ts`; prints how many rows. */
import { ordinaryDay, start } from '../rows/ordinary-day.js';
import { engineOf } from './engine-of.js';

const [home = '', rules = 'pack', rounds = '1'] = process.argv.slice(2);
const Engine = await engineOf(home);
// Each is loaded where it is wanted: what is loaded is counted, too.
const options =
  rules === 'three'
    ? (await import('../packs/three-rules.js')).threeRulesOptions
    : await (await import('../packs/pack.js')).packOptions();
const frames = [...ordinaryDay({ accounts: 300, rows: 8_000 })];
let rows = 0;
for (let round = 0; round < Number(rounds); round += 1) {
  const engine = new Engine(options);
  for (const [offset, bytes] of frames.entries()) {
    rows += engine.apply({ offset, bytes }, start).rows;
    engine.takeChanges({ includeUpdates: false });
  }
}
console.log(rows);
