import { expect, it } from '@jest/globals';
import type { ChainHead } from '#libs/audit/chain.js';
import { systemClock } from '#libs/runtime/clock.js';
import { silentLog } from '#libs/runtime/log.js';
import { headEveryMs, tellHeads } from './audit-heads.js';

const at = (rows: number) => ({ chainId: 'c'.repeat(32), rows, sha256: `${rows}`.repeat(64) });

it('tells every hour in which the chain grew where it stands, and once more when the process stops', () => {
  const said: unknown[] = [];
  const ticks: (() => void)[] = [];
  const every = (ms: number, tick: () => void) => {
    expect(ms).toBe(headEveryMs);
    ticks.push(tick);
    return () => void ticks.splice(0);
  };
  const trail: { head: ChainHead | undefined } = { head: undefined };
  const log = { ...silentLog, info: (_message: string, fields: unknown) => void said.push(fields) };
  const stop = tellHeads({ trail, clock: { ...systemClock, every }, log });
  for (const head of [undefined, at(1), at(1), at(5)]) {
    trail.head = head;
    for (const tick of ticks) tick();
  }
  trail.head = at(7);
  stop();
  expect(ticks).toEqual([]);
  expect(said).toEqual([1, 5, 7].map((rows) => ({ auditHead: `${'c'.repeat(32)}:${rows}:${`${rows}`.repeat(64)}` })));
});
