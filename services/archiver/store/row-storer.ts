import { createHash } from 'node:crypto';
import { UnexplainedRefusal } from '#libs/access-store/clickhouse/failure.js';
import type { Clock } from '#libs/runtime/clock.js';
import type { Log } from '#libs/runtime/log.js';
import type { Metrics } from '#libs/runtime/metrics.js';
import { type Outcome, rejected, type Rejected, Transient } from '#libs/runtime/outcome.js';
import type { Attempts } from './attempts.js';
import { type BatchLine, tokenOf } from '../collect/batch.js';
import { checkLines, goodLinesOf } from '../refuse/line-check.js';
import { knownTopic, type Refusal } from '../refuse/refusal.js';
import type { SetAside, Storing } from './set-aside.js';
import type { Slots } from '../collect/slots.js';
import { type ArchiveStore, tables } from '../collect/tables.js';

/** A refusal that says nothing of the rows is taken for theirs when it has come so often, see `#believed`. */
const unexplainedMax = 3;
const unexplained = 'refused_repeatedly';
/** How long a row that nothing but itself speaks against is tried, and how far apart, in milliseconds. */
const aloneMsMax = 600_000;
const aloneWaitMs = 5000;

export interface StorerTools {
  readonly store: ArchiveStore;
  readonly setAside: SetAside;
  readonly attempts: Attempts;
  /** Inserts at a time over all partitions. */
  readonly slots: Slots;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
}

/** What of a batch is in its table; the rest is in the quarantine. */
export interface Stored {
  readonly bytes: Buffer;
  readonly rows: number;
}

/**
 * Stores what can be stored of a batch. Lines that are no rows are found by looking at each; rows that ClickHouse does not take by halving,
 * about `k log n` inserts for `k` among `n`. Each of them is set aside before `store` resolves, and stops nothing.
 */
export class RowStorer {
  readonly #storedAt = new Map<string, number>();

  constructor(private readonly tools: StorerTools) {}

  async store(work: Storing): Promise<Stored> {
    const { batch } = work;
    const checked = checkLines(batch);
    const token =
      checked.bytes === batch.bytes ? batch.token : tokenOf(batch.at, batch.first, batch.last, sha256Of(checked.bytes));
    const since = this.tools.clock.monotonic();
    const why = await this.#insert(work, checked.bytes, checked.rows, token);
    await this.tools.setAside.lines(work, checked.refused);
    if (!why) return checked;
    this.tools.log.warn('rows do not fit their table; looking for them', {
      ...batch.at,
      offset: batch.first,
      reason: why.reason,
    });
    const lines = goodLinesOf(batch);
    const refused: Refusal[] = [];
    for (const refusal of await this.#halves(work, lines, why))
      if (await this.#believed(work, refusal, since)) refused.push(refusal);
    await this.tools.setAside.rows(work, refused);
    const gone = new Set(refused.map(({ line }) => line));
    const stored = lines.filter((line) => !gone.has(line));
    return { bytes: Buffer.concat(stored.map(({ bytes }) => bytes)), rows: stored.length };
  }

  /** The lines that are refused alone, of lines that were refused together. */
  async #halves(work: Storing, lines: readonly BatchLine[], why: Rejected): Promise<readonly Refusal[]> {
    const [line] = lines;
    if (!line || lines.length === 1) return line ? [{ line, why }] : [];
    const middle = Math.ceil(lines.length / 2);
    const found: Refusal[] = [];
    for (const half of [lines.slice(0, middle), lines.slice(middle)]) {
      const whyHalf = await this.#insertLines(work, half);
      if (whyHalf) for (const refusal of await this.#halves(work, half, whyHalf)) found.push(refusal);
    }
    return found;
  }

  /**
   * Whether it is the row. An error about what is in a row is. Any other must come again after other rows were stored in the same table,
   * which shows that the table takes rows; a row that is alone all the time is given up after ten minutes.
   */
  async #believed(work: Storing, { line, why }: Refusal, since: number): Promise<boolean> {
    const { attempts, clock } = this.tools;
    if (why.reason !== unexplained) return true;
    while (await this.#insertLines(work, [line])) {
      const now = clock.monotonic();
      if ((this.#storedAt.get(work.batch.at.topic) ?? -1) >= since || now - since > aloneMsMax) return true;
      await attempts.pause(work.batch, aloneWaitMs, work.signal, `a row waits for the table to take others: ${why.detail}`);
    }
    return false;
  }

  /** A part of a batch has a token of its own, by its content. */
  #insertLines(work: Storing, lines: readonly BatchLine[]): Promise<Rejected | undefined> {
    const bytes = Buffer.concat(lines.map((line) => line.bytes));
    const { at, first, last } = work.batch;
    return this.#insert(work, bytes, lines.length, tokenOf(at, first, last, sha256Of(bytes)));
  }

  async #insert({ batch, signal, again }: Storing, bytes: Buffer, rows: number, token: string): Promise<Rejected | undefined> {
    const { attempts, clock, metrics, slots, store } = this.tools;
    if (rows === 0) return undefined;
    const table = tables[knownTopic(batch.at.topic)];
    const startedAt = clock.monotonic();
    let refusals = 0;
    const call = async (): Promise<Outcome<number>> => {
      try {
        return await store.insert(table, bytes, rows, token + again);
      } catch (cause) {
        if (!(cause instanceof UnexplainedRefusal) || (refusals += 1) < unexplainedMax) throw cause;
        return rejected(unexplained, '', `ClickHouse refused it with error ${cause.code}, again and again.`);
      }
    };
    const outcome = await slots.run(() => attempts.try(batch, 'insert', signal, async () => complete(await call(), rows)));
    metrics.observe('vigie_archive_insert_seconds', (clock.monotonic() - startedAt) / 1000, { table });
    if (outcome.kind === 'rejected') return outcome;
    this.#storedAt.set(batch.at.topic, clock.monotonic());
    return undefined;
  }
}

function complete(outcome: Outcome<number>, rows: number): Outcome<number> {
  if (outcome.kind === 'accepted' && outcome.value !== rows)
    throw new Transient(`ClickHouse says it has ${outcome.value} of ${rows} rows`);
  return outcome;
}

function sha256Of(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}
