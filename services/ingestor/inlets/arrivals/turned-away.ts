import type { Clock } from '#libs/runtime/clock.js';
import type { Log } from '#libs/runtime/log.js';
import type { Metrics } from '#libs/runtime/metrics.js';

/** Time for which the same is not told again of the same address, in milliseconds: a sender that is turned away comes back every second. */
const quietMs = 3_600_000;
/** Addresses and reasons that are remembered; beyond these all is forgotten, and told once more. */
const rememberedMax = 1024;

export type TurnedAwayReason =
  'bad_certificate' | 'bad_handshake' | 'bad_proxy_header' | 'slow' | 'too_many_connections' | 'unknown_sender';

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
    if (this.#toldMs.size >= rememberedMax) this.#toldMs.clear();
    this.#toldMs.set(key, nowMs);
    log.warn('a sender was turned away', { path: this.listener, ...(address && { address }), reason, cause: why });
  }
}
