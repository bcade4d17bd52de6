// late/: reads the store beside the stream: fills windows, and judges accounts again whose accesses came too late.
// It works in pieces of some milliseconds, between frames.

import { accountHashOf, partitionOf, partitionOfBytes } from '#libs/contracts/topics.js';

/** Where the group's text begins in every line: behind `{"time":"2024-11-19T08:12:03.120Z","group_id":"`. */
const groupStart = '{"time":"2024-11-19T08:12:03.120Z","group_id":"'.length;
const toActor = '","actor_id":"'.length;
const quote = 0x22;
const backslash = 0x5c;

/** The lines of a frame by the partition that their accounts belong to. Each keeps the frame's order. */
export function linesByPartition(frame: Buffer, partitions: number): ReadonlyMap<number, Buffer> {
  if (partitions === 1) return new Map([[0, frame]]);
  const parts = new Map<number, Buffer[]>();
  for (let start = 0; start < frame.length;) {
    const end = frame.indexOf(0x0a, start) + 1 || frame.length;
    const line = frame.subarray(start, end);
    const partition = partitionOfLine(line, partitions);
    const lines = parts.get(partition);
    if (lines) lines.push(line);
    else parts.set(partition, [line]);
    start = end;
  }
  return new Map([...parts].map(([partition, lines]) => [partition, Buffer.concat(lines)]));
}

function partitionOfLine(line: Buffer, partitions: number): number {
  const groupEnd = line.indexOf(quote, groupStart);
  const actorStart = groupEnd + toActor;
  const actorEnd = line.indexOf(quote, actorStart);
  const escape = line.indexOf(backslash, groupStart);
  if (groupEnd < 0 || actorEnd < 0 || (escape >= 0 && escape < actorEnd)) return partitionOfParsed(line, partitions);
  return partitionOfBytes(accountHashOf(line.toString('utf8', groupStart, groupEnd)), line, actorStart, actorEnd, partitions);
}

function partitionOfParsed(line: Buffer, partitions: number): number {
  const row: unknown = JSON.parse(line.toString('utf8'));
  if (typeof row !== 'object' || row === null || !('group_id' in row) || !('actor_id' in row))
    throw new TypeError('a stored row has no account');
  return partitionOf(String(row.group_id), String(row.actor_id), partitions);
}
