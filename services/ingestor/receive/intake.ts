import type { SourceContext } from '#libs/formats/to-rows.js';
import type { Metrics } from '#libs/runtime/metrics.js';
import type { Rejected } from '#libs/runtime/outcome.js';
import type { FastRows } from '#libs/formats/vigie/fast-rows.js';
import type { FrameBuilder } from '../frames/frame-builder.js';
import { StagedRows } from '../frames/staged-rows.js';
import { Ticket } from '../frames/ticket.js';
import type { RefusedItem } from './http-refusal.js';
import type { Custody, IngestAnswer, ItemOutcome } from './taker.js';
import { Turns } from '../turns/turns.js';

/** Refused items that an answer lists one by one; all are counted. */
export const refusedListedMax = 1000;

/** One for all of them: no door by which lines come tells an event id. */
export const acceptedLine: ItemOutcome = { kind: 'accepted', eventId: '' };

/** What of a source was answered for good. */
export interface Answered {
  readonly accepted: number;
  readonly quarantined: number;
  /** By reason. */
  readonly refused: ReadonlyMap<string, number>;
}

/** The account of one request while it is worked on. */
export class Intake {
  readonly ticket = new Ticket();
  readonly turns: Turns;
  /** Rows that are not in frames yet: `flush` them before anything else is written, and before the ticket is sealed. */
  staged: StagedRows | undefined;
  /** Items seen so far: the index of the next. */
  items = 0;
  /** Of what was handed over, the place of the item at work, and of the event in it: an item may hold several, or none. */
  place = 0;
  record = 0;
  accepted = 0;
  rows = 0;
  /** Bytes of the rows so far. */
  rowBytes = 0;
  /** Of the accepted events, those that count as of their arrival. */
  datedAhead = 0;
  /** Whether at least one item could be read at all, good or bad. */
  readable = false;
  readonly refused: RefusedItem[] = [];
  /** Item by item, where the answer needs it. */
  readonly outcomes: ItemOutcome[] = [];
  readonly #refusedBy = new Map<string, number>();
  readonly #quarantinedBy = new Map<string, number>();

  constructor(
    readonly source: SourceContext,
    readonly receivedAt: string,
    readonly receivedMs: number,
    readonly custody?: Custody,
  ) {
    this.turns = new Turns(`${source.groupId}\0${source.source}`);
  }

  /** Where rows of `fast` wait; what waits of another goes into its frames first. */
  stagedBy(fast: FastRows, frames: FrameBuilder): StagedRows {
    if (this.staged?.fast === fast) return this.staged;
    this.staged?.flush();
    this.staged = new StagedRows(fast, frames, this.ticket);
    return this.staged;
  }

  refuse(index: number, { reason, field, detail }: Rejected): ItemOutcome {
    this.#refusedBy.set(reason, (this.#refusedBy.get(reason) ?? 0) + 1);
    if (this.refused.length < refusedListedMax) this.refused.push({ index, field, reason: detail });
    return { kind: 'refused', field, reason: detail };
  }

  quarantine(reason: string): void {
    this.#quarantinedBy.set(reason, (this.#quarantinedBy.get(reason) ?? 0) + 1);
  }

  answer(): IngestAnswer {
    return {
      accepted: this.accepted,
      refused: this.refused,
      refused_count: sum(this.#refusedBy),
      quarantined: sum(this.#quarantinedBy),
    };
  }

  /** What became of the request, for whoever keeps count by source and time of arrival. */
  get answered(): Answered {
    return { accepted: this.accepted, quarantined: sum(this.#quarantinedBy), refused: this.#refusedBy };
  }

  /** Adds the request to the figures. Only for requests that were answered for good, so that what is sent again counts once. */
  account(metrics: Metrics): void {
    const { groupId: group_id, source } = this.source;
    const received = this.accepted + sum(this.#refusedBy) + sum(this.#quarantinedBy);
    metrics.add('vigie_events_received_total', { group_id, source }, received);
    metrics.add('vigie_events_accepted_total', { group_id, source }, this.accepted);
    for (const [reason, count] of this.#refusedBy) metrics.add('vigie_events_refused_total', { group_id, source, reason }, count);
    for (const [reason, count] of this.#quarantinedBy)
      metrics.add('vigie_events_quarantined_total', { group_id, source, reason }, count);
    if (this.datedAhead) metrics.add('vigie_events_dated_ahead_total', { group_id, source }, this.datedAhead);
    if (this.rows) metrics.add('vigie_rows_appended_total', { topic: 'vigie.accesses.v1', group_id, source }, this.rows);
  }
}

function sum(counts: ReadonlyMap<string, number>): number {
  let total = 0;
  for (const count of counts.values()) total += count;
  return total;
}
