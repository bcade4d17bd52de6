import type { Metrics } from '#libs/runtime/metrics.js';
import { HttpRefusal } from './http-refusal.js';

/** Seconds that a sender is asked to wait when the queue is full. */
const retryAfterSeconds = 1;

/** Bytes of the requests at work, over all sources and per source: what keeps memory flat when more comes than goes. */
export class IntakeBudget {
  #bytes = 0;
  readonly #bySource = new Map<string, number>();

  constructor(
    private readonly bytesMax: number,
    private readonly sourceBytesMax: number,
    private readonly metrics: Metrics,
  ) {}

  /** Opens a lease for one request of a source. Give it back whatever happens. */
  lease(source: string): Lease {
    return new Lease((bytes) => this.#take(source, bytes));
  }

  #take(source: string, bytes: number): void {
    const own = (this.#bySource.get(source) ?? 0) + bytes;
    if (bytes > 0 && this.#bytes + bytes > this.bytesMax)
      throw new HttpRefusal(503, 'too many requests are being worked on; send this one again', retryAfterSeconds);
    if (bytes > 0 && own > this.sourceBytesMax)
      throw new HttpRefusal(429, `the source ${source} has too many requests at work; send this one again`, retryAfterSeconds);
    this.#bytes += bytes;
    if (own > 0) this.#bySource.set(source, own);
    else this.#bySource.delete(source);
    this.metrics.set('vigie_ingest_queue_bytes', this.#bytes);
  }
}

export class Lease {
  #held = 0;

  constructor(private readonly account: (bytes: number) => void) {}

  /** Throws `HttpRefusal` 429 or 503 when the bytes cannot be had. */
  take(bytes: number): void {
    this.account(bytes);
    this.#held += bytes;
  }
  release(): void {
    this.account(-this.#held);
    this.#held = 0;
  }
}
