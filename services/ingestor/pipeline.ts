import { isUtf8 } from 'node:buffer';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { AccessRow } from '#libs/contracts/access-row.js';
import { partitionOf } from '#libs/contracts/topics.js';
import type { AccessEvent } from '#libs/formats/event.js';
import { firstByte, type ItemRange, itemsOf, layoutOf, lineAt, lineEndsAt } from '#libs/formats/json/items.js';
import { parseItem } from '#libs/formats/json/parse-item.js';
import { rowLine, type SourceContext, toRows } from '#libs/formats/to-rows.js';
import { parseVigieEvent } from '#libs/formats/vigie/parse-event.js';
import { LineScan } from '#libs/formats/vigie/scan-line.js';
import { FastRows } from '#libs/formats/vigie/write-rows.js';
import { type Clock, isoOf } from '#libs/runtime/clock.js';
import type { Metrics } from '#libs/runtime/metrics.js';
import type { Accepted, Rejected } from '#libs/runtime/outcome.js';
import { admit } from './admit.js';
import type { Failpoint } from './failpoint.js';
import type { FrameBuilder } from './frames/frame-builder.js';
import { type IngestAnswer, Intake, type ItemOutcome } from './intake.js';
import { quarantinedEventOf } from './quarantine.js';
import { HttpRefusal } from './receive/http-refusal.js';

/** Items worked on before other requests get their turn. */
const itemsPerTurn = 256;

export interface PipelineTools {
  readonly accesses: FrameBuilder;
  readonly quarantine: FrameBuilder;
  readonly clock: Clock;
  readonly metrics: Metrics;
  readonly itemsMax: number;
  /** Time for the log to acknowledge. */
  readonly ackMs: number;
  readonly failpoint: Failpoint;
}

/** The ingestor's road: body -> items -> events -> admitted -> rows with pseudonyms -> frames -> acknowledged -> answer. */
export class IngestPipeline {
  readonly #scan = new LineScan();

  constructor(private readonly tools: PipelineTools) {}

  /** Vigie's own format: one object, an array, or lines. */
  async events(body: Buffer, source: SourceContext): Promise<IngestAnswer> {
    const intake = this.#open(source);
    const fast = isUtf8(body) ? FastRows.of(source, intake.receivedMs, this.#scan) : undefined;
    const layout = layoutOf(body);
    if (layout === 'lines') await this.#lines(intake, body, fast);
    else await this.#ranges(intake, body, fast, itemsOf(body, layout));
    return this.#settle(intake);
  }

  /** Lines that are ordinary are read to their end without looking for it first. */
  async #lines(intake: Intake, body: Buffer, fast: FastRows | undefined): Promise<void> {
    fast?.attach(body);
    for (let at = firstByte(body); at < body.length;) {
      const end = fast ? fast.read(at) : -1;
      const next = end < 0 ? -1 : lineEndsAt(body, end);
      if (fast && next >= 0) {
        this.#ordinary(intake, fast);
        at = next;
      } else {
        const line = lineAt(body, at);
        at = line.next;
        if (!line.item) continue;
        this.#item(intake, body, line.item.start, line.item.end);
      }
      if (!this.#counted(intake)) continue;
      await this.#breathe();
      fast?.attach(body);
    }
  }

  async #ranges(intake: Intake, body: Buffer, fast: FastRows | undefined, ranges: Iterable<ItemRange>): Promise<void> {
    fast?.attach(body);
    for (const { start, end } of ranges) {
      if (fast?.read(start) === end) this.#ordinary(intake, fast);
      else this.#item(intake, body, start, end);
      if (!this.#counted(intake)) continue;
      await this.#breathe();
      fast?.attach(body);
    }
  }

  /** Events that were read elsewhere, such as the entries of a Bundle: what became of each, once the log has them. */
  async decoded(items: Iterable<DecodedItem>, source: SourceContext): Promise<readonly ItemOutcome[]> {
    const intake = this.#open(source);
    intake.readable = true;
    for (const { outcome, content } of items) {
      intake.outcomes.push(this.#event(intake, intake.items, outcome, content));
      if (this.#counted(intake)) await this.#breathe();
    }
    await this.#settle(intake);
    return intake.outcomes;
  }

  #open(source: SourceContext): Intake {
    const nowMs = this.tools.clock.now();
    return new Intake(source, isoOf(nowMs), nowMs);
  }

  /** The short way of what was just read: bytes to bytes. */
  #ordinary(intake: Intake, fast: FastRows): void {
    const { accesses } = this.tools;
    const partition = fast.partition(accesses.partitions);
    for (let row = 0; row < fast.rows; row += 1) {
      const frame = accesses.room(partition, fast.rowBytesMax, intake.ticket);
      frame.advance(fast.write(row, frame.view, frame.length));
    }
    intake.rows += fast.rows;
    intake.accepted += 1;
    intake.readable = true;
  }

  #item(intake: Intake, body: Buffer, start: number, end: number): void {
    const item = parseItem(body, start, end);
    if (item.kind === 'rejected') return void intake.refuse(intake.items, item);
    intake.readable = true;
    this.#event(intake, intake.items, parseVigieEvent(item.value), item.value);
  }

  #event(intake: Intake, index: number, outcome: Accepted<AccessEvent> | Rejected, content: unknown): ItemOutcome {
    if (outcome.kind === 'rejected') return intake.refuse(index, outcome);
    const admitted = admit(outcome.value, intake.source.groupId);
    if (admitted.kind === 'rejected') return intake.refuse(index, admitted);
    const rows = toRows(outcome.value, intake.source, intake.receivedAt, content);
    const eventId = rows[0]?.event_id ?? '';
    if (admitted.kind === 'set-aside') {
      this.#setAside(intake, index, rows, admitted.why);
      intake.quarantine(admitted.why.reason);
      return { kind: 'quarantined', eventId, field: admitted.why.field, reason: admitted.why.detail };
    }
    if (admitted.beside) this.#setAside(intake, index, rows, admitted.beside);
    const partition = partitionOf(intake.source.groupId, rows[0]?.actor_id ?? '', this.tools.accesses.partitions);
    for (const row of rows) this.#write(this.tools.accesses, partition, rowLine(row), intake);
    intake.rows += rows.length;
    intake.accepted += 1;
    if (rows[0]?.time_claimed !== undefined) intake.datedAhead += 1;
    return {
      kind: 'accepted',
      eventId,
      ...(admitted.beside && { field: admitted.beside.field, reason: admitted.beside.detail }),
    };
  }

  #setAside(intake: Intake, index: number, rows: readonly AccessRow[], why: Rejected): void {
    const { quarantine } = this.tools;
    const { groupId, source } = intake.source;
    const row = quarantinedEventOf(rows, why, index);
    this.#write(quarantine, partitionOf(groupId, source, quarantine.partitions), JSON.stringify(row), intake);
  }

  #write(frames: FrameBuilder, partition: number, line: string, intake: Intake): void {
    const bytes = Buffer.byteLength(line) + 1;
    const frame = frames.room(partition, bytes, intake.ticket);
    frame.buffer.write(`${line}\n`, frame.length, 'utf8');
    frame.advance(frame.length + bytes);
  }

  /** Counts an item; true when others should get their turn before the next one. */
  #counted(intake: Intake): boolean {
    intake.items += 1;
    if (intake.items > this.tools.itemsMax)
      throw new HttpRefusal(413, `the request has more than ${this.tools.itemsMax} items; send it again in smaller batches`);
    return intake.items % itemsPerTurn === 0;
  }

  async #breathe(): Promise<void> {
    await nextTurn();
    const { accesses, quarantine } = this.tools;
    if (accesses.full || quarantine.full) await this.#inTime(Promise.all([accesses.whenRoom(), quarantine.whenRoom()]));
  }

  async #settle(intake: Intake): Promise<IngestAnswer> {
    if (!intake.items)
      throw new HttpRefusal(400, 'the body holds no event; send one JSON object, an array, or one object a line');
    intake.ticket.seal();
    await this.#inTime(intake.ticket.done);
    this.tools.failpoint('after-acknowledgement');
    intake.account(this.tools.metrics);
    if (!intake.readable) throw new HttpRefusal(400, 'nothing in the body could be read', undefined, intake.refused);
    return intake.answer();
  }

  /** The log's answer, or 503: a request never waits without end, and never gets a 2xx for what is not known to be durable. */
  async #inTime(work: Promise<unknown>): Promise<void> {
    const { clock, ackMs } = this.tools;
    let stop: (() => void) | undefined;
    const late = new Promise<never>((_, reject) => {
      const refusal = () =>
        reject(new HttpRefusal(503, 'the log has not acknowledged in time; send this again, nothing is stored twice', 2));
      stop = clock.every(ackMs, refusal);
    });
    try {
      await Promise.race([work, late]);
    } catch (cause) {
      if (cause instanceof HttpRefusal) throw cause;
      throw new HttpRefusal(503, 'the log does not take events at the moment; send this again, nothing is stored twice', 2);
    } finally {
      stop?.();
    }
  }
}

export interface DecodedItem {
  readonly outcome: Accepted<AccessEvent> | Rejected;
  readonly content: unknown;
}
