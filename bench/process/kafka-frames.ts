import type { EventLog, Frame, TopicPartition } from '#libs/event-log/port.js';
import { systemClock } from '#libs/runtime/clock.js';
import { report } from '../yardstick/report.js';

const frameBytes = 256 * 1024;
/** What plain programs are given of the same frames. */
const sampleFrames = 100;
const appendsAtOnce = 16;

/** What lies in a topic of a real Kafka. */
export interface Preloaded {
  readonly topic: string;
  readonly rows: number;
  readonly frames: number;
  /** The first of them. */
  readonly sample: readonly Buffer[];
}

/** `ms` from the first to the last frame by the clock; `cpuMicroseconds` of all threads for a row, fetching and unpacking included. */
export interface Reading {
  readonly ms: number;
  readonly cpuMicroseconds: number;
}

/** Fills a topic with frames of 256 KiB, of the rows that `rowOf` gives by their number, each for its partition. */
export async function preload(
  log: EventLog,
  { topic, partitions, rows }: { readonly topic: string; readonly partitions: number; readonly rows: number },
  rowOf: (index: number) => { readonly partition: number; readonly line: string },
): Promise<Preloaded> {
  const waiting = Array.from({ length: partitions }, (): { lines: string[]; bytes: number } => ({ lines: [], bytes: 0 }));
  const sample: Buffer[] = [];
  let frames = 0;
  let pending: Promise<number>[] = [];
  const send = async (partition: number, lines: readonly string[]): Promise<void> => {
    const bytes = Buffer.from(lines.join(''));
    if (sample.length < sampleFrames) sample.push(bytes);
    pending.push(log.append({ topic, partition }, bytes));
    frames += 1;
    if (pending.length < appendsAtOnce) return;
    await Promise.all(pending);
    pending = [];
  };
  for (let index = 0; index < rows; index += 1) {
    const { partition, line } = rowOf(index);
    const frame = waiting[partition];
    if (!frame) throw new RangeError(`row ${index} is for partition ${partition} of ${partitions}`);
    frame.lines.push(line);
    frame.bytes += line.length;
    if (frame.bytes <= frameBytes - 1024) continue;
    await send(partition, frame.lines);
    waiting[partition] = { lines: [], bytes: 0 };
  }
  for (const [partition, { lines }] of waiting.entries()) if (lines.length > 0) await send(partition, lines);
  await Promise.all(pending);
  return { topic, rows, frames, sample };
}

/** Reads the whole topic as a new group does, and gives each frame to `take`. */
export async function read(
  log: EventLog,
  name: string,
  { topic, rows, frames }: Preloaded,
  take: (at: TopicPartition, frame: Frame) => void,
): Promise<Reading> {
  let left = frames;
  let from = 0;
  // From joining on: what is fetched before the first frame is handed over belongs to it, and joining itself waits.
  const cpu = process.cpuUsage();
  const all = Promise.withResolvers<void>();
  const membership = await log.join(
    { group: `bench-${name.replaceAll(/\W+/g, '-')}-${systemClock.now()}`, topics: [topic], batchBytesMax: 4 * 1024 * 1024 },
    {
      assigned: async () => 'earliest',
      async frames(at, batch) {
        if (left === frames) from = systemClock.monotonic();
        for (const frame of batch) take(at, frame);
        left -= batch.length;
        if (left <= 0) all.resolve();
      },
      poison: (_, __, cause) => Promise.reject(cause),
      revoked: async () => {},
    },
  );
  await Promise.race([all.promise, membership.ended]);
  const ms = systemClock.monotonic() - from;
  const { user, system } = process.cpuUsage(cpu);
  await membership.leave();
  const cpuMicroseconds = (user + system) / rows;
  report.figure(`${name}, by the clock`, (rows * 1000) / ms, 'rows/s');
  report.figure(`${name}, processor time of all threads`, cpuMicroseconds, 'us a row');
  return { ms, cpuMicroseconds };
}

export function bestOf(runs: readonly Reading[]): Reading {
  const least = (of: (run: Reading) => number) => Math.min(...runs.map(of));
  return { ms: least(({ ms }) => ms), cpuMicroseconds: least(({ cpuMicroseconds }) => cpuMicroseconds) };
}
