/**
 * `node scripts/log-content.mjs DATA_DIR` (of the project's own Node, after a build): what lies in the embedded log of a data folder whose
 * services are stopped, by topic and partition: frames, lines, frames that the key does not believe, and where the groups stand.
 */
import { join } from 'node:path';
import { unstamped } from '../dist/libs/event-log/embedded/append-queue.js';
import { Disk } from '../dist/libs/event-log/embedded/disk.js';
import { FrameKeys } from '../dist/libs/event-log/signing/frame-keys.js';
import { ownKeys } from '../dist/libs/event-log/signing/own-keys.js';
import { rowsIn } from '../dist/services/archiver/collect/batch.js';

const [dataDir = 'data'] = process.argv.slice(2);
const disk = new Disk(join(dataDir, 'log'), 64 * 1024 ** 3);
const keys = new FrameKeys(ownKeys(dataDir, []).keys);

for (const { key: at, value: extent } of disk.extents.getRange({})) {
  const [topic, partition] = at;
  const faults = [];
  let lines = 0;
  for (let offset = extent.start; offset < extent.end; offset += 1) {
    const stored = disk.frames.getBinary([topic, partition, offset]);
    const bytes = stored && unstamped(stored).bytes;
    const signature = disk.signatures.getBinary([topic, partition, offset]);
    const fault = bytes ? keys.faultOf({ topic, partition }, bytes, signature) : 'missing';
    if (fault) faults.push(`${offset} ${fault}`);
    lines += bytes ? rowsIn(bytes) : 0;
  }
  console.log(
    `${topic}/${partition}: frames ${extent.start} to ${extent.end - 1}, ${lines} lines, faults: ${faults.join(', ') || 'none'}`,
  );
}
for (const { key: group, value } of disk.groups.getRange({}))
  for (const { topic, partition, committed, epoch } of Object.values(value.partitions))
    console.log(`${group} ${topic}/${partition}: committed ${committed}, epoch ${epoch}`);
await disk.close();
