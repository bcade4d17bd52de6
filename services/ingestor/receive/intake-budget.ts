import type { Metrics } from '#libs/runtime/metrics.js';
import { HttpRefusal } from './http-refusal.js';

/** Seconds that a sender is asked to wait when the queue is full. */
const retryAfterSeconds = 1;

export interface BudgetLimits {
  /** Bytes of all requests at work. */
  readonly bytesMax: number;
  /** Bytes of the requests of one source of one group. */
  readonly sourceBytesMax: number;
  /** Requests of one source of one group at work at a time: each keeps a connection, however few bytes it sends. */
  readonly sourceRequestsMax: number;
  /** Groups that may send, which change with the file of sources. */
  readonly register: { readonly groupCount: number };
}

/** Whose request it is. */
export interface Sender {
  readonly groupId: string;
  readonly source: string;
}

interface Held {
  bytes: number;
  requests: number;
}

/**
 * Bytes of the requests at work: what keeps memory flat when more comes than goes. Half of all bytes is shared out evenly among the groups, and
 * nobody else can have a group's part; the other half is whoever's comes first. So no group, and none of its sources, can take from another
 * one what it needs, whatever it sends.
 */
export class IntakeBudget {
  readonly #byGroup = new Map<string, number>();
  readonly #bySource = new Map<string, Held>();
  #bytes = 0;

  constructor(
    private readonly limits: BudgetLimits,
    private readonly metrics: Metrics,
  ) {}

  /** Opens a lease for one request. Give it back whatever happens. Throws `HttpRefusal` 429 when its source has too many at work. */
  lease(sender: Sender): Lease {
    const name = `${sender.groupId}\0${sender.source}`;
    const held = this.#bySource.get(name) ?? { bytes: 0, requests: 0 };
    if (held.requests >= this.limits.sourceRequestsMax) throw this.#tooMany(sender);
    held.requests += 1;
    this.#bySource.set(name, held);
    return new Lease(
      (bytes) => this.#account(sender, held, bytes),
      () => this.#end(name, held),
    );
  }

  #account(sender: Sender, held: Held, bytes: number): void {
    const before = this.#byGroup.get(sender.groupId) ?? 0;
    const shared = this.#sharedWith(sender.groupId, before + bytes);
    if (bytes > 0 && held.bytes + bytes > this.limits.sourceBytesMax) throw this.#tooMany(sender);
    if (bytes > 0 && shared > this.limits.bytesMax / 2)
      throw new HttpRefusal(503, 'too many requests are being worked on; send this one again', retryAfterSeconds);
    held.bytes += bytes;
    this.#byGroup.set(sender.groupId, before + bytes);
    this.#bytes += bytes;
    this.metrics.set('vigie_ingest_queue_bytes', this.#bytes);
  }

  /** What groups hold beyond their own part when one of them holds so many bytes. */
  #sharedWith(groupId: string, bytes: number): number {
    const ownBytes = this.limits.bytesMax / 2 / Math.max(1, this.limits.register.groupCount);
    let shared = Math.max(0, bytes - ownBytes);
    for (const [other, held] of this.#byGroup) if (other !== groupId) shared += Math.max(0, held - ownBytes);
    return shared;
  }

  #end(name: string, held: Held): void {
    held.requests -= 1;
    if (held.requests === 0) this.#bySource.delete(name);
  }

  #tooMany({ source }: Sender): HttpRefusal {
    return new HttpRefusal(429, `the source ${source} has too many requests at work; send this one again`, retryAfterSeconds);
  }
}

export class Lease {
  #held = 0;
  #isOpen = true;

  constructor(
    private readonly account: (bytes: number) => void,
    private readonly end: () => void,
  ) {}

  /** Throws `HttpRefusal` 429 or 503 when the bytes cannot be had. */
  take(bytes: number): void {
    this.account(bytes);
    this.#held += bytes;
  }
  /** Gives a part of it back. */
  give(bytes: number): void {
    this.account(-bytes);
    this.#held -= bytes;
  }
  release(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.account(-this.#held);
    this.end();
  }
}
