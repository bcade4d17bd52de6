/** A member in a process of its own, for the tests that kill one. Arguments: a JSON `MemberScript`. Prints one JSON line per event. */
import { systemClock } from '#libs/runtime/clock.js';
import { openEmbeddedLog } from './embedded/embedded-log.js';
import { openKafkaLog } from './kafka/kafka-log.js';
import type { EventLog, TopicPartition } from './port.js';

export interface MemberScript {
  readonly directory?: string;
  readonly brokers?: readonly string[];
  readonly topic: string;
  readonly group: string;
  /** Frames appended to partition 0, one after the other, before it joins. */
  readonly appends: number;
}

const script: MemberScript = JSON.parse(process.argv[2] ?? '{}');
const log = await openLog();
for (let i = 0; i < script.appends; i += 1)
  say({ appended: await log.append({ topic: script.topic, partition: 0 }, Buffer.from(`child ${i}\n`)) });
if (script.group) await read();
else {
  await log.close();
  process.exit(0);
}

async function read(): Promise<void> {
  const membership = await log.join(
    { group: script.group, topics: [script.topic], batchBytesMax: 1 << 20 },
    {
      async assigned(at) {
        say({ assigned: at.partition });
        return 'committed';
      },
      async frames(at: TopicPartition, frames) {
        for (const { offset, bytes } of frames) say({ partition: at.partition, offset, text: bytes.toString() });
        await membership.commit(at, (frames.at(-1)?.offset ?? -1) + 1);
      },
      async poison() {},
      async revoked(at) {
        say({ revoked: at.partition });
      },
    },
  );
  stayUntilParentEnds();
}

function openLog(): Promise<EventLog> {
  if (script.directory) return openEmbeddedLog({ directory: script.directory, topics: {} });
  return openKafkaLog({ brokers: script.brokers ?? [], clientId: 'vigie-child', clock: systemClock, sessionTimeoutMs: 3000 });
}

function say(event: Readonly<Record<string, unknown>>): void {
  process.stdout.write(`${JSON.stringify(event)}\n`);
}

function stayUntilParentEnds(): void {
  process.stdin.resume(); // until the parent goes away or kills us
  process.stdin.on('end', () => process.exit(0));
}
