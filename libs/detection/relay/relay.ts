// relay/: which accesses belong to other subjects than their accounts, and on which partition of a subject's topic they lie.
// It tells rows apart, and counts nothing.

import type { LaneKind } from '#libs/contracts/vocabulary.js';
import { compileSeries } from '../compile/compile-series.js';
import type { LiveSelection } from '../compile/series.js';
import { noSelections, SelectionSets } from '../memory/selection-sets.js';
import { Texts } from '../memory/texts.js';
import { lanesOf, type Rule, rulesOf, type Selection } from '../rule/rule.js';
import { FrameScanner } from '../scan/frame-scanner.js';
import { ScannedRow } from '../scan/scanned-row.js';
import { SubjectReader } from '../scan/subject-reader.js';
import { Selector } from '../select/selector.js';
import { type FormerLane, FormerLanes } from './subjects-of-before.js';
import { keyOf, SubjectPartitions } from './subject-lines.js';

export type { FormerLane };

/** What is relayed besides what the rules of now look at. */
export interface RelayedBesides {
  /** Rules of before: what they looked at goes on being relayed. */
  readonly before?: readonly Rule[];
  /** What incidents of former lists count. */
  readonly former?: readonly FormerLane[];
}

/** Accesses of one frame for one partition of a subject's topic: newline-delimited rows, as they lay in the frame. */
export interface Relayed {
  readonly kind: LaneKind;
  readonly partition: number;
  readonly lines: readonly string[];
}

/** Clinics and accounts that are told apart at once; above, they are met anew. */
const textsMax = 65_536;

/**
 * Finds the accesses that rules of other subjects than accounts look at. The same frame always gives the same, so that one that is judged again
 * after a crash is relayed again: whoever counts them counts an access once, however often it comes.
 */
export class Relay {
  readonly #lanes: readonly Lane[];
  readonly #sieve: Sieve | undefined;
  readonly #former: readonly FormerLanes[];

  /** `partitions`: of the topic of each kind. Its own rules decide; those of accounts are passed over. */
  constructor(rules: readonly Rule[], partitions: Readonly<Record<LaneKind, number>>, besides: RelayedBesides = {}) {
    const { before = [], former = [] } = besides;
    const lanes = lanesOf([...rules, ...before]);
    this.#lanes = lanes.map((kind) => new Lane(kind, selectionsOf(kind, [rules, before]), partitions[kind]));
    if (this.#lanes.length > 1) this.#sieve = new Sieve(this.#lanes);
    const byKind = Map.groupBy(former, ({ kind }) => kind);
    this.#former = [...byKind].map(([kind, own]) => new FormerLanes(kind, own, new SubjectPartitions(partitions[kind])));
  }

  /** Whether any rule asks for another subject, or did for an incident: without one, nothing has to be looked at. */
  get isNeeded(): boolean {
    return this.#lanes.length > 0 || this.#former.length > 0;
  }

  take(frame: Uint8Array): readonly Relayed[] {
    const some = this.#sieve ? this.#sieve.take(frame) : frame;
    const relayed = some.length === 0 ? [] : this.#lanes.flatMap((lane) => lane.take(some));
    if (this.#former.length === 0) return relayed;
    const former = this.#former.flatMap((one) =>
      [...one.take(frame)].map(([partition, lines]) => ({ kind: one.kind, partition, lines })),
    );
    return [...relayed, ...former];
  }
}

/** Selections that rules of a kind look at, each once. */
function selectionsOf(kind: LaneKind, sets: readonly (readonly Rule[])[]): readonly Selection[] {
  const options = { subject: kind, quietMs: 0, allowedLatenessMs: 0 };
  const live = sets.flatMap((rules) => compileSeries(rulesOf({ rules, subject: kind }), [], options).live);
  return [...new Map(live.map(({ selection }) => [selection.id, selection])).values()];
}

const newline = Buffer.from('\n');

/**
 * Reads a frame once for all lanes and keeps the lines at which any of their rules look: few in a thousand, so that it is they alone that each lane reads again.
 * It reads rows as those of their clinic, which every row has; where a row has none that can be a subject, its line is kept and the lanes decide.
 */
class Sieve {
  readonly #reader = new SubjectReader('clinic_id');
  readonly #row = new ScannedRow();
  readonly #live: readonly LiveSelection[];
  readonly #sets: SelectionSets;
  #texts = new Texts();
  #selector: Selector;

  constructor(lanes: readonly Lane[]) {
    this.#live = lanes.flatMap(({ live }) => live).map(({ selection }, number) => ({ selection, number }));
    this.#sets = new SelectionSets(this.#live.length);
    this.#selector = this.#newSelector();
  }

  take(frame: Uint8Array): Uint8Array {
    if (this.#texts.count > textsMax) this.#selector = this.#newSelector();
    const kept: Uint8Array[] = [];
    const row = this.#row;
    for (const scanner = new FrameScanner(frame, this.#reader); scanner.next(row);) {
      if (row.hasAccount && this.#setOf(row) === noSelections) continue;
      kept.push(row.bytes.subarray(row.lineStart, row.lineEnd), newline);
    }
    return kept.length === 0 ? newline.subarray(1) : Buffer.concat(kept);
  }

  #setOf(row: ScannedRow): number {
    row.clinic = this.#texts.ofBytes(row.keyBytes, row.keyView, row.clinicStart, row.clinicEnd);
    return this.#selector.setOf(row);
  }

  #newSelector(): Selector {
    this.#texts = new Texts();
    return new Selector(this.#live, this.#texts, this.#sets, true);
  }
}

class Lane {
  readonly #reader: SubjectReader;
  /** Selections of its rules. */
  readonly live: readonly LiveSelection[];
  readonly #sets: SelectionSets;
  readonly #partitions: SubjectPartitions;
  readonly #row = new ScannedRow();
  #texts = new Texts();
  #selector: Selector;

  constructor(
    private readonly kind: LaneKind,
    selections: readonly Selection[],
    partitions: number,
  ) {
    this.#reader = new SubjectReader(kind);
    this.live = selections.map((selection, number) => ({ selection, number }));
    this.#sets = new SelectionSets(selections.length);
    this.#partitions = new SubjectPartitions(partitions);
    this.#selector = this.#newSelector();
  }

  take(frame: Uint8Array): readonly Relayed[] {
    if (this.#texts.count > textsMax) this.#selector = this.#newSelector();
    const lines = new Map<number, string[]>();
    const row = this.#row;
    for (const scanner = new FrameScanner(frame, this.#reader); scanner.next(row);) {
      if (!row.hasAccount || this.#setOf(row) === noSelections) continue;
      const partition = this.#partitions.of(keyOf(row));
      const line = `${Buffer.from(row.bytes.subarray(row.lineStart, row.lineEnd)).toString()}\n`;
      const own = lines.get(partition);
      if (own) own.push(line);
      else lines.set(partition, [line]);
    }
    return [...lines].map(([partition, of]) => ({ kind: this.kind, partition, lines: of }));
  }

  #setOf(row: ScannedRow): number {
    row.clinic = this.#texts.ofBytes(row.keyBytes, row.keyView, row.clinicStart, row.clinicEnd);
    return this.#selector.setOf(row);
  }

  #newSelector(): Selector {
    this.#texts = new Texts();
    return new Selector(this.live, this.#texts, this.#sets, true);
  }
}
