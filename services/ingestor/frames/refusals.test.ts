import { expect, it } from '@jest/globals';
import { silentLog } from '#libs/runtime/log.js';
import { Transient } from '#libs/runtime/outcome.js';
import { FakeClock } from '#libs/testkit/fake-clock.js';
import { Refusals } from './refusals.js';

const accesses = { topic: 'vigie.accesses.v1', partition: 0 };
const quarantine = { topic: 'vigie.quarantine.v1', partition: 0 };
const row = Buffer.from('row\n');

function aLog() {
  const said: string[] = [];
  const clock = new FakeClock();
  const logger = { ...silentLog, error: (text: string) => said.push(text), info: (text: string) => said.push(text) };
  const refusals = new Refusals(clock, logger);
  const disk: { fault?: Error } = {};
  const log = refusals.watched({ append: async () => (disk.fault ? Promise.reject(disk.fault) : 0) });
  return { said, clock, refusals, disk, append: (at = accesses) => log.append(at, row).catch((cause: Error) => cause.message) };
}

it('a log that refuses every frame is told while it does, and once in the log', async () => {
  const { said, refusals, disk, append } = aLog();
  disk.fault = new Transient('no room');
  expect(await append()).toBe('no room');
  await append(quarantine);
  expect(refusals.trouble).toBe('the log refuses frames: no room');
  disk.fault = undefined as never;
  await append();
  expect(refusals.trouble).toBeUndefined();
  expect(said).toEqual(['the log refuses frames; senders are told to come again', 'the log takes frames again']);
});

it('is forgotten after half a minute without a frame: nobody sends any to who is not ready', async () => {
  const { clock, refusals, disk, append } = aLog();
  disk.fault = new Transient('no room');
  await append();
  await clock.advance(29_000);
  expect(refusals.trouble).toBeDefined();
  await clock.advance(1000);
  expect(refusals.trouble).toBeUndefined();
  await append();
  expect(refusals.trouble).toBeDefined();
});

it('one frame that the log can never take says nothing of the log', async () => {
  const { said, refusals, disk, append } = aLog();
  disk.fault = new RangeError('too large');
  expect(await append()).toBe('too large');
  expect([refusals.trouble, said]).toEqual([undefined, []]);
});
