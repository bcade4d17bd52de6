import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from '@jest/globals';
import { isoOf } from '#libs/runtime/clock.js';
import { silentLog } from '#libs/runtime/log.js';
import { anEventId } from '#libs/testkit/builders.js';
import { FakeClock } from '#libs/testkit/fake-clock.js';
import { openDelivered, waitMsMax } from './delivered-before.js';

const folder = mkdtempSync(join(tmpdir(), 'vigie-delivered-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const clock = new FakeClock(Date.parse('2026-11-02T08:00:00Z'));
const ids = ['a', 'b', 'c'].map(anEventId);
const [first = '', second = '', third = ''] = ids;

/** Tools with a store that answers so, and what it was asked. */
function tools(answer: () => Promise<readonly string[]>) {
  const asked: unknown[] = [];
  const toldChanges = (...words: readonly unknown[]) => {
    asked.push(words);
    return answer();
  };
  return { asked, clock, log: silentLog, toldChanges };
}

it('a channel on a new disk knows what was delivered before from the store, and after that from its own file', async () => {
  const path = join(folder, 'new', 'soc.delivered');
  const store = tools(async () => [first, second]);
  const delivered = await openDelivered(path, 'soc', store);
  expect(ids.map((id) => delivered.has(id))).toEqual([true, true, false]);
  expect(store.asked).toEqual([['soc', isoOf(clock.now() - 7 * 86_400_000), 100_000]]);
  await delivered.add(third);
  const later = tools(() => Promise.reject(new Error('not asked')));
  const again = await openDelivered(path, 'soc', later);
  expect([ids.map((id) => again.has(id)), later.asked]).toEqual([[true, true, true], []]);
});

it('a channel goes on where the store is away or says nothing in time', async () => {
  const away = await openDelivered(
    join(folder, 'away'),
    'soc',
    tools(() => Promise.reject(new Error('away'))),
  );
  expect(away.has(first)).toBe(false);
  const opening = openDelivered(
    join(folder, 'silent'),
    'soc',
    tools(() => new Promise(() => {})),
  );
  await clock.advance(waitMsMax);
  const silent = await opening;
  await silent.add(first);
  expect(silent.has(first)).toBe(true);
});
