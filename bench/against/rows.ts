/** `node rows.js <tree> <rules: pack or three> <rounds>`: an engine of a compiled tree over the same rows so many times, for `instructions.ts`; prints how many rows. */
import { packOptions } from '../packs/pack.js';
import { threeRulesOptions } from '../packs/three-rules.js';
import { ordinaryDay, start } from '../rows/ordinary-day.js';
import { engineOf } from './in-turns.js';

const [home = '', rules = 'pack', rounds = '1'] = process.argv.slice(2);
const Engine = await engineOf(home);
const options = rules === 'three' ? threeRulesOptions : await packOptions();
const frames = [...ordinaryDay({ accounts: 300, rows: 20_000 })];
let rows = 0;
for (let round = 0; round < Number(rounds); round += 1) {
  const engine = new Engine(options);
  for (const [offset, bytes] of frames.entries()) {
    rows += engine.apply({ offset, bytes }, start).rows;
    engine.takeChanges({ includeUpdates: false });
  }
}
console.log(rows);
