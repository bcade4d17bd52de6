import { laneTopics } from '#libs/contracts/topics.js';
import { type LaneKind, laneKinds } from '#libs/contracts/vocabulary.js';
import { type FormerLane, Relay } from '#libs/detection/relay/relay.js';
import type { Rule } from '#libs/detection/rule/rule.js';
import type { EventLog, Frame, TopicPartition } from '#libs/event-log/port.js';
import type { Outbox } from './outbox.js';
import { newLanes, windowKeys } from './window-needs.js';

/** Partitions of the topic of each kind of subject. */
export type LaneCounts = Readonly<Record<LaneKind, number>>;

export async function laneCountsOf(log: EventLog): Promise<LaneCounts> {
  const of = (kind: LaneKind): Promise<number> => log.partitions(laneTopics[kind]);
  return {
    source_ip: await of('source_ip'),
    device: await of('device'),
    session_id: await of('session_id'),
    id_block: await of('id_block'),
    clinic_id: await of('clinic_id'),
  };
}

/** The kind of subject that a topic is of; undefined for the accesses. */
export function laneOf({ topic }: TopicPartition): LaneKind | undefined {
  return laneKinds.find((kind) => laneTopics[kind] === topic);
}

/** How long after a change of rules incidents that were told before it are in the store at the latest, milliseconds. */
const settledMs = 300_000;

/** From which partition of the accesses, and to where. */
export interface RelayingTo {
  readonly partition: number;
  readonly counts: LaneCounts;
  readonly outbox: Outbox;
}

/** Hands accesses of one partition on to other subjects than their accounts, by the outbox: they are in the log before their frame counts as done. */
export class Relaying {
  #relay: Relay;
  #known: ReadonlySet<string>;
  /** Rules of before that go on being relayed for, until it is known which incidents they have told. */
  #before: readonly Rule[] = [];
  /** Rules were changed for the last time then; monotonic milliseconds. */
  #changedAt = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly to: RelayingTo,
    private rules: readonly Rule[],
    /** Those of `windowKeys` that what was judged before was relayed for. */
    known = windowKeys(rules),
    private former: readonly FormerLane[] = [],
  ) {
    this.#relay = new Relay(rules, to.counts, { former });
    this.#known = new Set(known);
  }

  /**
   * Relays besides what incidents of former lists count, as it was known at `at`, monotonic milliseconds. Incidents are told, and stored, some time after the accesses that they are of: only what is
   * known `settledMs` after rules have changed takes the place of what the rules of before looked at.
   */
  useFormer(former: readonly FormerLane[], at: number): void {
    this.former = former;
    if (at - this.#changedAt >= settledMs) this.#before = [];
    this.#relay = new Relay(this.rules, this.to.counts, { before: this.#before, former });
  }

  take(frame: Frame): void {
    if (!this.#relay.isNeeded) return;
    this.to.outbox.addRelayed(this.#relay.take(frame.bytes), { partition: this.to.partition, through: frame.offset });
  }

  /**
   * Looks for what these rules ask from the frame at `nextOffset` on. Whoever counts for them is told that what lies before, up to the event time
   * `watermark`, was not looked for: the store has it. `at`: when rules took the place of others, monotonic milliseconds; left out where none did.
   */
  useRules(rules: readonly Rule[], nextOffset: number, watermark: number, at = Number.NEGATIVE_INFINITY): void {
    this.#before = at === Number.NEGATIVE_INFINITY ? [] : [...this.#before, ...this.rules];
    this.#changedAt = at;
    this.rules = rules;
    this.#relay = new Relay(rules, this.to.counts, { before: this.#before, former: this.former });
    const mark = { partition: this.to.partition, through: nextOffset - 1, began: watermark };
    const lanes = watermark > 0 ? newLanes(rules, this.#known) : [];
    const everywhere = lanes.flatMap((kind) =>
      Array.from({ length: this.to.counts[kind] }, (_, partition) => ({ kind, partition, lines: [] })),
    );
    this.to.outbox.addRelayed(everywhere, mark);
    this.#known = new Set(windowKeys(rules));
  }
}

/**
 * Relaying from the frame at `from` on. What is read from the beginning of the log is relayed from the beginning; before another offset the past
 * was relayed for the rules of its `windows`, and for none where they are not known.
 */
export function relayingFrom(
  from: number,
  past: { readonly windows: readonly string[] | undefined; readonly watermark: number },
  rules: readonly Rule[],
  to: RelayingTo & { readonly former?: readonly FormerLane[] },
): Relaying {
  if (from === 0) return new Relaying(to, rules, undefined, to.former);
  const relaying = new Relaying(to, rules, past.windows ?? [], to.former);
  relaying.useRules(rules, from, past.watermark);
  return relaying;
}
