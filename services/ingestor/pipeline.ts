import { isUtf8 } from 'node:buffer';
import { randomUUID } from 'node:crypto';
import { firstByte, type ItemRange, itemsOf, layoutOf, lineAt, lineEndsAt } from '#libs/formats/json/items.js';
import type { DecodedItem } from '#libs/formats/decoded-item.js';
import { joinedIn, partialLine } from '#libs/formats/json/joined.js';
import { parseItem } from '#libs/formats/json/parse-item.js';
import type { Stay } from '#libs/formats/stays/stay.js';
import type { SourceContext } from '#libs/formats/to-rows.js';
import { FastRows } from '#libs/formats/vigie/fast-rows.js';
import { parseVigieEvent } from '#libs/formats/vigie/parse-event.js';
import { WorkMeter } from '#libs/formats/work-meter.js';
import type { QuarantineKeys } from '#libs/quarantine/quarantine-keys.js';
import { type Clock, isoOf } from '#libs/runtime/clock.js';
import type { Metrics } from '#libs/runtime/metrics.js';
import type { Rejected } from '#libs/runtime/outcome.js';
import type { Care } from './care/care.js';
import type { LineStamps } from './care/line-stamps.js';
import { stayFacts } from './care/stay-facts.js';
import { Ticket } from './frames/ticket.js';
import { EventWriter } from './event-writer.js';
import type { FrameBuilder } from './frames/frame-builder.js';
import type { Failpoint } from './receive/failpoint.js';
import { acceptedLine, Intake } from './receive/intake.js';
import { HttpRefusal, noEvent } from './receive/http-refusal.js';
import { MinuteAccounts } from './minute-accounts.js';
import { type Custody, type IngestAnswer, isUnread, type Item, type ItemOutcome, type Taker } from './receive/taker.js';

export interface PipelineTools {
  readonly accesses: FrameBuilder;
  readonly quarantine: FrameBuilder;
  /** What is known of care; left out, rows come without stamps. */
  readonly care?: Care;
  /** The groups' public keys, to which records are sealed that are kept apart. */
  readonly quarantineKeys: QuarantineKeys;
  readonly clock: Clock;
  readonly metrics: Metrics;
  readonly itemsMax: number;
  /** Bytes of the rows of one request. */
  readonly requestRowBytesMax: number;
  /** Time for the log to acknowledge. */
  readonly ackMs: number;
  readonly failpoint: Failpoint;
}

/** The ingestor's road: body -> items -> events -> admitted -> rows with pseudonyms -> frames -> acknowledged -> answer. */
export class IngestPipeline implements Taker {
  readonly #writer: EventWriter;
  readonly #accounts: MinuteAccounts;
  readonly #stamps = new WeakMap<FastRows, LineStamps>();

  constructor(private readonly tools: PipelineTools) {
    this.#writer = new EventWriter(tools, (intake, fast) => this.#ordinary(intake, fast, this.#stampsOf(intake, fast)));
    this.#accounts = new MinuteAccounts(tools.quarantine, randomUUID());
  }

  /** Gives the log what was received, accepted, set aside and refused since the last time. */
  writeAccounts(): Promise<void> {
    return this.#accounts.write();
  }

  /** Vigie's own format: one object, an array, or lines. */
  async events(body: Buffer, source: SourceContext): Promise<IngestAnswer> {
    const intake = this.#open(source);
    const fast = isUtf8(body) ? FastRows.of(source, intake.receivedMs) : undefined;
    const stamps = this.#stampsOf(intake, fast);
    const layout = layoutOf(body);
    if (layout === 'lines') await this.#lines(intake, body, fast, stamps);
    else await this.#ranges(intake, body, fast, stamps, itemsOf(body, layout));
    return this.#settle(intake);
  }

  /** Lines that are ordinary are read to their end without looking for it first. */
  async #lines(intake: Intake, body: Buffer, fast: FastRows | undefined, stamps: LineStamps | undefined): Promise<void> {
    fast?.attach(body);
    for (let at = firstByte(body); at < body.length;) {
      const end = fast ? fast.read(at) : -1;
      const next = end < 0 ? -1 : lineEndsAt(body, end);
      if (fast && next >= 0) {
        this.#ordinary(intake, fast, stamps);
        at = next;
      } else {
        const line = lineAt(body, at);
        at = line.next;
        if (!line.item) continue;
        this.#item(intake, body, line.item.start, line.item.end);
      }
      if (this.#counted(intake)) await this.#breathe(intake);
    }
  }

  async #ranges(
    intake: Intake,
    body: Buffer,
    fast: FastRows | undefined,
    stamps: LineStamps | undefined,
    ranges: Iterable<ItemRange>,
  ): Promise<void> {
    fast?.attach(body);
    for (const { start, end } of ranges) {
      if (fast?.read(start) === end) this.#ordinary(intake, fast, stamps);
      else this.#item(intake, body, start, end);
      if (this.#counted(intake)) await this.#breathe(intake);
    }
  }

  /** Events that were read elsewhere, such as the entries of a Bundle: what became of each, once the log has them. */
  async decoded(items: Iterable<Item>, source: SourceContext, custody?: Custody): Promise<readonly ItemOutcome[]> {
    const intake = this.#open(source, custody);
    intake.readable = true;
    const fast = this.#writer.fastOf(intake);
    const stamps = this.#stampsOf(intake, fast);
    for (const item of items) {
      if (!isUnread(item)) {
        if (this.#decoded(intake, item, 0)) await this.#breathe(intake);
      } else if (item.own && fast?.readOwn(item.own)) {
        this.#ordinary(intake, fast, stamps);
        intake.outcomes.push(acceptedLine);
        if (this.#counted(intake)) await this.#breathe(intake);
      } else if (item.shaped && this.#writer.takeLine(intake, item.shaped)) {
        if (this.#counted(intake, item.shaped.line.length)) await this.#breathe(intake);
      } else {
        let record = 0;
        for (const inner of item.read()) {
          if (this.#decoded(intake, inner, record)) await this.#breathe(intake);
          record += 1;
        }
      }
      intake.place += 1;
    }
    // A list that is empty, or a row that was taken away: nobody's access, and no fault of who sends it.
    if (intake.items) await this.#settle(intake);
    return intake.outcomes;
  }

  /** Takes one event; true when others should get their turn. `record` is its number in its item. */
  #decoded(intake: Intake, item: DecodedItem, record: number): boolean {
    intake.record = record;
    intake.outcomes.push(this.#writer.take(intake, item));
    return this.#counted(intake, item.meter.steps);
  }

  /** Stays become facts of care; they are no events, and are counted apart. */
  async stays(stays: readonly Stay[], source: SourceContext): Promise<void> {
    const { care, clock, metrics, itemsMax } = this.tools;
    if (!care) throw new HttpRefusal(503, 'what is known of care is not kept here', 60);
    if (stays.length > itemsMax)
      throw new HttpRefusal(413, `the request has more than ${itemsMax} stays; send it again in smaller batches`);
    const ticket = new Ticket();
    for (const stay of stays) care.tell(stayFacts(stay, source, clock.now()), ticket);
    ticket.seal();
    await this.#inTime(ticket.done);
    metrics.add('vigie_stays_accepted_total', { group_id: source.groupId, source: source.source }, stays.length);
  }

  #open(source: SourceContext, custody?: Custody): Intake {
    const nowMs = this.tools.clock.now();
    return new Intake(source, isoOf(nowMs), nowMs, custody);
  }

  /** One for each way of making rows in a request; undefined where rows come without stamps. */
  #stampsOf({ source, receivedMs }: Intake, fast: FastRows | undefined): LineStamps | undefined {
    const { care } = this.tools;
    if (!fast || !care) return undefined;
    const known = this.#stamps.get(fast) ?? care.stamper.ofLines(fast, source.groupId, source.keys, receivedMs);
    this.#stamps.set(fast, known);
    return known;
  }

  /** The short way of what was just read: bytes to bytes. */
  #ordinary(intake: Intake, fast: FastRows, stamps: LineStamps | undefined): void {
    const { accesses, care } = this.tools;
    const [partition, staged, rows] = [fast.partition(accesses.partitions), intake.stagedBy(fast, accesses), fast.rows];
    stamps?.begin();
    for (let row = 0; row < rows; row += 1) {
      const to = staged.room(partition);
      const bytes = stamps ? stamps.write(row, to) : fast.write(row, to);
      staged.add(partition, bytes);
      intake.rowBytes += bytes;
    }
    if (stamps) care?.tell(stamps.touches(), intake.ticket);
    intake.rows += rows;
    intake.accepted += 1;
    intake.readable = true;
  }

  #item(intake: Intake, body: Buffer, start: number, end: number): void {
    const item = parseItem(body, start, end);
    if (item.kind === 'rejected') return this.#joined(intake, body.subarray(start, end), item);
    intake.readable = true;
    const meter = new WorkMeter();
    meter.draw(end - start, '');
    const original = { kind: 'json', value: item.value, envelope: { receivedMs: intake.receivedMs } } as const;
    this.#writer.take(intake, { outcome: parseVigieEvent(item.value), content: item.value, meter, original });
    intake.turns.add(meter.steps);
  }

  /** A line in which several values stand, the first of them cut off where its sender was killed, has one number for all of them. */
  #joined(intake: Intake, line: Buffer, refusal: Rejected): void {
    const values = refusal.reason === 'not_json' ? joinedIn(line) : [];
    if (values.length === 0) intake.refuse(intake.items, refusal);
    for (const { bytes, isCut } of values)
      if (isCut) intake.refuse(intake.items, partialLine);
      else this.#item(intake, Buffer.from(bytes), 0, bytes.length);
  }

  /** Counts an item; true when others should get their turn before the next one. */
  #counted(intake: Intake, steps = 0): boolean {
    const { itemsMax, requestRowBytesMax } = this.tools;
    intake.items += 1;
    if (intake.items > itemsMax)
      throw new HttpRefusal(413, `the request has more than ${itemsMax} items; send it again in smaller batches`);
    if (intake.rowBytes > requestRowBytesMax)
      throw new HttpRefusal(
        413,
        `the request makes more than ${requestRowBytesMax} bytes of rows; send it again in smaller batches`,
      );
    return intake.turns.isOver(steps, intake.rowBytes);
  }

  async #breathe({ turns, staged }: Intake): Promise<void> {
    staged?.flush();
    await turns.next();
    const { accesses, quarantine, care } = this.tools;
    const frames = [accesses, quarantine, ...(care ? [care.frames] : [])];
    if (frames.some(({ full }) => full)) await this.#inTime(Promise.all(frames.map((one) => one.whenRoom())));
  }

  async #settle(intake: Intake): Promise<IngestAnswer> {
    if (!intake.items) throw noEvent();
    intake.staged?.flush();
    intake.ticket.seal();
    intake.custody?.written?.();
    await this.#inTime(intake.ticket.done);
    this.tools.failpoint('after-acknowledgement');
    intake.account(this.tools.metrics);
    this.#accounts.add(intake);
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
