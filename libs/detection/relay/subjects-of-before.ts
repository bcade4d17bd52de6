import type { LaneKind } from '#libs/contracts/vocabulary.js';
import type { Selection } from '../rule/rule.js';
import { FrameScanner, parseWhole } from '../scan/frame-scanner.js';
import { ScannedRow } from '../scan/scanned-row.js';
import { SubjectReader } from '../scan/subject-reader.js';
import { keyOf, type SubjectPartitions } from './subject-lines.js';
import type { Milliseconds } from '../scan/kinds.js';

/** What an incident of another subject than an account was told by, and no rule has any more: accesses of its subject between two event times, both included, milliseconds. */
export interface FormerLane {
  readonly kind: LaneKind;
  readonly groupId: string;
  /** The address, the device, the session or the clinic. */
  readonly actorId: string;
  readonly fromMs: Milliseconds;
  /** Infinite for an incident that is open. */
  readonly toMs: Milliseconds;
  readonly selection: Selection;
}

/**
 * Finds the accesses of one kind of subject that incidents of former lists count. Most rows are of another time, or of a subject that has no such incident; only the others are asked, each row
 * whole. A row that rules of now look at too is given again, which whoever counts does not notice.
 */
export class FormerLanes {
  readonly #reader: SubjectReader;
  readonly #row = new ScannedRow();
  readonly #byKey: ReadonlyMap<string, readonly FormerLane[]>;
  readonly #fromMs: Milliseconds;
  readonly #toMs: Milliseconds;

  constructor(
    readonly kind: LaneKind,
    former: readonly FormerLane[],
    private readonly partitions: SubjectPartitions,
  ) {
    this.#reader = new SubjectReader(kind);
    this.#byKey = Map.groupBy(former, ({ groupId, actorId }) => keyOfNames(groupId, actorId));
    this.#fromMs = former.reduce((least, { fromMs }) => Math.min(least, fromMs), Number.POSITIVE_INFINITY);
    this.#toMs = former.reduce((most, { toMs }) => Math.max(most, toMs), Number.NEGATIVE_INFINITY);
  }

  /** Lines of a frame, by partition. */
  take(frame: Uint8Array): ReadonlyMap<number, readonly string[]> {
    const lines = new Map<number, string[]>();
    const row = this.#row;
    for (const scanner = new FrameScanner(frame, this.#reader); scanner.next(row);) {
      if (!row.hasAccount || row.time < this.#fromMs || row.time > this.#toMs) continue;
      const key = keyOf(row);
      if (!this.#takes(row, this.#byKey.get(key))) continue;
      const partition = this.partitions.of(key);
      const own = lines.get(partition) ?? [];
      own.push(`${Buffer.from(row.bytes.subarray(row.lineStart, row.lineEnd)).toString()}\n`);
      lines.set(partition, own);
    }
    return lines;
  }

  #takes(row: ScannedRow, former: readonly FormerLane[] | undefined): boolean {
    const near = former?.filter(({ fromMs, toMs }) => row.time >= fromMs && row.time <= toMs) ?? [];
    if (near.length === 0) return false;
    const whole = parseWhole(row);
    return near.some(({ selection }) => selection.matches(whole));
  }
}

/** As `keyOf` has it. */
function keyOfNames(groupId: string, actorId: string): string {
  return Buffer.from(`${inner(groupId)}","actor_id":"${inner(actorId)}`).toString('latin1');
}

function inner(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}
