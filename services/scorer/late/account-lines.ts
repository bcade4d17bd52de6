import type { LaneKind, SubjectKind } from '#libs/contracts/vocabulary.js';
import { subjectLines, SubjectPartitions } from '#libs/detection/relay/subject-lines.js';
import { accountHashOf, partitionOf, partitionOfBytes } from '#libs/contracts/topics.js';

/** Where the group's text begins in every line: behind `{"time":"2024-11-19T08:12:03.120Z","group_id":"`. */
const groupStart = '{"time":"2024-11-19T08:12:03.120Z","group_id":"'.length;
const toActor = '","actor_id":"'.length;
const quote = 0x22;
const backslash = 0x5c;

/** The lines of a frame by the partition that their accounts, or other subjects, belong to. Each keeps the frame's order. */
export function linesByPartition(frame: Buffer, partitions: number, subject: SubjectKind): ReadonlyMap<number, Buffer> {
  if (subject !== 'account') return linesOfSubjects(frame, partitions, subject);
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

function linesOfSubjects(frame: Buffer, partitions: number, kind: LaneKind): ReadonlyMap<number, Buffer> {
  const places = new SubjectPartitions(partitions);
  const parts = Map.groupBy(subjectLines(frame, kind), ({ key }) => places.of(key));
  return new Map([...parts].map(([partition, lines]) => [partition, Buffer.concat(lines.map(({ line }) => ended(line)))]));
}

function ended(line: Uint8Array): Buffer {
  return Buffer.concat([line, lineEnd]);
}
const lineEnd = Buffer.from('\n');

/** An account as lines name it: its bytes from the group's text to the end of its own, as latin1. */
export function accountInLines({ groupId, actorId }: { readonly groupId: string; readonly actorId: string }): string {
  return Buffer.from(`${inner(groupId)}","actor_id":"${inner(actorId)}`).toString('latin1');
}

function inner(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}

/** Adds the lines of a frame to those of their accounts, or other subjects, by `accountInLines`. The bytes of accounts are the frame's own. */
export function addByAccount(frame: Buffer, lines: Map<string, Buffer[]>, subject: SubjectKind): void {
  if (subject !== 'account') {
    for (const { key, line } of subjectLines(frame, subject)) addTo(lines, key, ended(line));
    return;
  }
  for (let start = 0; start < frame.length;) {
    const end = frame.indexOf(0x0a, start) + 1 || frame.length;
    const actorStart = textEnd(frame, start + groupStart) + toActor;
    const account = frame.toString('latin1', start + groupStart, textEnd(frame, actorStart));
    addTo(lines, account, frame.subarray(start, end));
    start = end;
  }
}

function addTo(lines: Map<string, Buffer[]>, key: string, line: Buffer): void {
  const own = lines.get(key);
  if (own) own.push(line);
  else lines.set(key, [line]);
}

/** Where the quote is that ends a JSON text; the end of the frame where there is none. */
function textEnd(frame: Buffer, from: number): number {
  for (let at = from; at < frame.length; at += 1) {
    const byte = frame[at];
    if (byte === quote) return at;
    if (byte === backslash) at += 1;
  }
  return frame.length;
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
