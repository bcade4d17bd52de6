/**
 * `node scripts/log-content.mjs DATA_DIR` (of the project's own Node, after a build): what lies in the embedded log of a data folder whose
 * services are stopped, by topic and partition: frames, lines, frames that the key does not believe, and where the groups stand.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Disk } from '../dist/libs/event-log/embedded/disk.js';
import { unstamped } from '../dist/libs/event-log/embedded/append-queue.js';
import { FrameKeys, parseFrameKeys } from '../dist/libs/event-log/signing/frame-keys.js';

const [dataDir = 'data'] = process.argv.slice(2);
const disk = new Disk(join(dataDir, 'log'), 64 * 1024 ** 3);
const parsed = parseFrameKeys(readFileSync(join(dataDir, 'keys', 'frames.key'), 'utf8').replaceAll(/^before .*$/gm, ''));
if ('mistakes' in parsed) throw new Error(parsed.mistakes.join('; '));
const keys = new FrameKeys(parsed.keys);

for (const { key: at, value: extent } of disk.extents.getRange({})) {
  const [topic, partition] = at;
  let lines = 0;
  const faults = [];
  for (let offset = extent.start; offset < extent.end; offset += 1) {
    const stored = disk.frames.getBinary([topic, partition, offset]);
    const bytes = stored && unstamped(stored).bytes;
    const fault = bytes
      ? keys.faultOf({ topic, partition }, bytes, disk.signatures.getBinary([topic, partition, offset]))
      : 'missing';
    if (fault) faults.push(`${offset} ${fault}`);
    for (let end = bytes?.indexOf(10) ?? -1; end !== -1; end = bytes.indexOf(10, end + 1)) lines += 1;
  }
  console.log(
    `${topic}/${partition}: frames ${extent.start} to ${extent.end - 1}, ${lines} lines, faults: ${faults.join(', ') || 'none'}`,
  );
}
for (const { key: group, value } of disk.groups.getRange({}))
  for (const { topic, partition, committed, epoch } of Object.values(value.partitions))
    console.log(`${group} ${topic}/${partition}: committed ${committed}, epoch ${epoch}`);
process.exit(0);
