import { partitionOf } from '#libs/contracts/topics.js';
import type { LaneKind } from '#libs/contracts/vocabulary.js';
import { FrameScanner } from '../scan/frame-scanner.js';
import { accountOf } from '../scan/row-layout.js';
import { ScannedRow } from '../scan/scanned-row.js';
import { SubjectReader } from '../scan/subject-reader.js';

/** Subjects of which the partition is remembered; above, they are forgotten. */
const subjectsMax = 65_536;

/** An access with the subject that it belongs to. */
export interface SubjectLine {
  /** Group and subject as an engine has them, as latin1: `aleo","actor_id":"203.0.113.9`. */
  readonly key: string;
  /** The row's bytes in a frame, without the line end. */
  readonly line: Uint8Array;
}

/** The accesses of a frame that belong to a subject of the kind, in order. */
export function* subjectLines(frame: Uint8Array, kind: LaneKind): Generator<SubjectLine> {
  const row = new ScannedRow();
  const scanner = new FrameScanner(frame, new SubjectReader(kind));
  while (scanner.next(row)) if (row.hasAccount) yield { key: keyOf(row), line: row.bytes.subarray(row.lineStart, row.lineEnd) };
}

/** The key of the row's subject, as `SubjectLine` has it. */
export function keyOf({ keyBytes, accountStart, accountEnd }: ScannedRow): string {
  return Buffer.from(keyBytes.buffer, keyBytes.byteOffset + accountStart, accountEnd - accountStart).toString('latin1');
}

/** The partitions of subjects, each worked out once. */
export class SubjectPartitions {
  readonly #known = new Map<string, number>();

  constructor(private readonly partitions: number) {}

  /** Of a subject by its key. */
  of(key: string): number {
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    if (this.#known.size >= subjectsMax) this.#known.clear();
    const bytes = Buffer.from(key, 'latin1');
    const { group_id, actor_id } = accountOf(bytes, 0, bytes.length);
    const partition = partitionOf(group_id, actor_id, this.partitions);
    this.#known.set(key, partition);
    return partition;
  }
}
