import type { Clock } from '#libs/runtime/clock.js';
import type { Log } from '#libs/runtime/log.js';
import type { Metrics } from '#libs/runtime/metrics.js';

/** Time for which the same is not told again of the same address, in milliseconds: a sender that is turned away comes back every second. */
const quietMs = 3_600_000;
/** Addresses and reasons that are told of within that time; whatever comes beyond is counted alone, since senders of datagrams can name any address. */
const toldMax = 1024;

export type TurnedAwayReason =
  'bad_certificate' | 'bad_handshake' | 'bad_proxy_header' | 'slow' | 'too_many_connections' | 'unknown_sender';

/** Of a sender that is known by its address, and is not. */
export const unknownAddress = 'no source of this listener has its address under senders';

export interface TurnedAwayTools {
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
}

/** Counts whom a listener turns away, and tells of each address and reason once an hour. */
export class TurnedAway {
  readonly #toldMs = new Map<string, number>();

  constructor(
    private readonly listener: string,
    private readonly tools: TurnedAwayTools,
  ) {}

  /** `address` is the sender's where it is known, `why` a sentence that holds nothing of what was sent. */
  note(reason: TurnedAwayReason, address: string | undefined, why: string): void {
    const { clock, log, metrics } = this.tools;
    metrics.add('vigie_inlet_dropped_total', { inlet: this.listener, reason });
    const key = `${reason} ${address ?? ''} ${why}`;
    const nowMs = clock.monotonic();
    const before = this.#toldMs.get(key);
    if (before !== undefined && nowMs - before < quietMs) return;
    if (this.#toldMs.size >= toldMax) this.#forget(nowMs);
    if (this.#toldMs.size >= toldMax) return;
    this.#toldMs.delete(key);
    this.#toldMs.set(key, nowMs);
    log.warn('a sender was turned away', { path: this.listener, ...(address && { address }), reason, cause: why });
  }

  /** What was told too long ago: the oldest stand first. */
  #forget(nowMs: number): void {
    for (const [key, toldMs] of this.#toldMs) {
      if (nowMs - toldMs < quietMs) return;
      this.#toldMs.delete(key);
    }
  }
}
