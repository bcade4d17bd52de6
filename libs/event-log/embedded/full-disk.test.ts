import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { compiledModule } from '#libs/runtime/paths.js';
import { failureOfDisk } from './disk.js';

/** Blocks of 1 KiB that a file may have. */
const blocksMax = 4096;

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'vigie-full-disk-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

it('a disk that takes no more is what every append is told, and nothing else of the process ends by it', async () => {
  const script = `
    import { openEmbeddedLog } from ${JSON.stringify(compiledModule('libs/event-log/embedded/embedded-log'))};
    const log = await openEmbeddedLog({ directory: ${JSON.stringify(folder)}, topics: { t: 1 } });
    const said = { taken: 0, refused: [] };
    while (said.refused.length < 20)
      await log.append({ topic: 't', partition: 0 }, Buffer.alloc(50_000)).then(() => (said.taken += 1), (cause) => said.refused.push(cause.name));
    console.log(JSON.stringify(said));
    process.exit(0);`;
  // A limit of the size of files is met as a full disk is, and every test may set it.
  const limited = `trap '' XFSZ; ulimit -f ${blocksMax}; exec "$0" --input-type=module -e "$1"`;
  const child = spawn('bash', ['-c', limited, process.execPath, script], { stdio: ['ignore', 'pipe', 'pipe'] });
  const [said, complaints, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')]);
  expect({ code, complaints }).toMatchObject({ code: 0 });
  expect(JSON.parse(said.slice(said.lastIndexOf('{"taken'))) as object).toEqual({
    taken: expect.any(Number),
    refused: Array.from({ length: 20 }, () => 'Transient'),
  });
});

it.each([
  [
    'a file system that became read-only',
    { code: 30, message: 'Read-only file system: Attempting to write page' },
    /has failed.*dmesg/,
  ],
  [
    'a disk that fails, or took a part of a write for lack of room',
    { code: 5, message: 'Input/output error' },
    /is full \(df\), or it .*has failed.*dmesg/,
  ],
  ['a disk without room', { code: 28, message: 'No space left on device' }, /free space or enlarge/],
  ['a log without room', { code: -30_792, message: 'MDB_MAP_FULL: Environment mapsize limit reached' }, /free space or enlarge/],
  ['a bug', new TypeError('undefined is not iterable'), undefined],
  ['a log that is damaged', { code: -30_796, message: 'MDB_CORRUPTED: Located page was wrong type' }, undefined],
])('%s is what it is called', (_, given, says) => {
  const told = failureOfDisk(Object.assign(new Error(given.message), given));
  if (says) expect(told).toMatch(says);
  else expect(told).toBeUndefined();
});
