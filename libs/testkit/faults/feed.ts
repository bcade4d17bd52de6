import type { AccessRow } from '#libs/contracts/access-row.js';
import { type SourceContext, toRows } from '#libs/formats/to-rows.js';
import { parseVigieEvent } from '#libs/formats/vigie/parse-event.js';
import type { Clock } from '#libs/runtime/clock.js';
import { Ledger } from '../ledger.js';
import { Wave } from './wave.js';

const paceMsDefault = 400;
const refusedWaitMs = 300;
/** What docs/feeding.md has to be sent again; 408 is what a sender gets that was itself kept from sending. */
const sendAgain = new Set([408, 429, 503]);
const answerMsMax = 30_000;
/** Enough for every account of a wave to be far beyond the threshold of the default rules. */
const batchesMin = 45;
/** Every so often a batch is sent again after its acknowledgement, as feeds do that missed it. */
const repeatEvery = 7;

export interface FeedOptions {
  readonly name: string;
  /** The ingestors; each lane begins with its own and tries the next when one does not take a batch. */
  readonly urls: readonly string[];
  readonly token: string;
  readonly source: SourceContext;
  readonly partitions: number;
  readonly clock: Clock;
  /** Between two batches of a lane, milliseconds. */
  readonly paceMs?: number;
}

/**
 * An honest feed: it keeps a batch until an ingestor has acknowledged it, then sends the next one. Its ledger knows what was sent and what
 * was acknowledged, and so what every later check is measured against.
 */
export class Feed {
  readonly ledger = new Ledger();
  /** Every acknowledged row, once, as the ingestors make it. */
  readonly rows: AccessRow[] = [];
  readonly waves: Wave[] = [];
  /** How often a batch was not taken. */
  refusals = 0;
  readonly #stopped = new AbortController();
  #stopping = false;
  #lanes: Promise<unknown> = Promise.resolve();

  constructor(private readonly options: FeedOptions) {}

  get name(): string {
    return this.options.name;
  }

  /** The first wave begins. */
  start(): Wave {
    const wave = this.nextWave();
    this.#lanes = Promise.all(this.options.urls.map((_, lane) => this.#lane(lane)));
    // A refusal for good is told by `stop`.
    this.#lanes.catch(() => {});
    return wave;
  }

  /** Other accounts from now on; the earlier wave is only brought to its least size. */
  nextWave(): Wave {
    const { partitions, source, name: feed } = this.options;
    const wave = new Wave({ name: `${feed}.${this.waves.length + 1}`, feed, groupId: source.groupId, partitions });
    this.waves.push(wave);
    return wave;
  }

  isAcknowledged(wave: Wave): boolean {
    return wave.batches >= batchesMin && wave.inHand === 0;
  }

  /** Resolves when everything that was begun is acknowledged. Rejects when an ingestor found fault with a batch. */
  async stop(): Promise<void> {
    this.#stopping = true;
    await this.#lanes;
  }

  /** Stops without waiting for acknowledgements. */
  async abandon(): Promise<void> {
    this.#stopping = true;
    this.#stopped.abort();
    await this.#lanes;
  }

  async #lane(lane: number): Promise<void> {
    const { clock, paceMs = paceMsDefault } = this.options;
    for (;;) {
      const short = this.waves.find(({ batches }) => batches < batchesMin);
      if (this.#stopping && !short) return;
      const wave = short ?? this.waves.at(-1);
      if (!wave) return;
      wave.inHand += 1;
      await this.#send(wave.next(clock.now()), lane, wave.batches % repeatEvery === 0);
      if (this.#stopped.signal.aborted) return;
      wave.inHand -= 1;
      // What an earlier wave lacks is not waited with.
      if (wave === this.waves.at(-1)) await clock.sleep(paceMs);
    }
  }

  async #send(events: readonly object[], lane: number, again: boolean): Promise<void> {
    const rows = events.flatMap((event) => this.#rowsOf(event));
    this.ledger.sent(rows);
    const body = `${events.map((event) => JSON.stringify(event)).join('\n')}\n`;
    if (!(await this.#deliver(body, events.length, lane))) return;
    this.ledger.acknowledged(rows);
    this.rows.push(...rows);
    if (again) await this.#deliver(body, events.length, lane);
  }

  /** False when the feed was abandoned before any ingestor took the batch. */
  async #deliver(body: string, count: number, lane: number): Promise<boolean> {
    const { urls, clock } = this.options;
    for (let attempt = 0; !this.#stopped.signal.aborted; attempt += 1) {
      const answer = await this.#post(urls[(lane + attempt) % urls.length] ?? '', body);
      if (answer === undefined || sendAgain.has(answer.status)) {
        this.refusals += 1;
        await clock.sleep(refusedWaitMs);
        continue;
      }
      const { accepted } = JSON.parse(answer.text) as { accepted?: number };
      if (answer.status !== 200 || accepted !== count)
        throw new Error(`a good batch was answered ${answer.status} ${answer.text}`);
      return true;
    }
    return false;
  }

  /** Undefined when no answer came. */
  async #post(url: string, body: string): Promise<{ readonly status: number; readonly text: string } | undefined> {
    const headers = { authorization: `Bearer ${this.options.token}`, 'content-type': 'application/x-ndjson' };
    const signal = AbortSignal.any([this.#stopped.signal, AbortSignal.timeout(answerMsMax)]);
    try {
      const answer = await fetch(`${url}/v1/events`, { method: 'POST', headers, body, signal });
      return { status: answer.status, text: await answer.text() };
    } catch {
      return undefined;
    }
  }

  #rowsOf(event: object): readonly AccessRow[] {
    const parsed = parseVigieEvent(event);
    if (parsed.kind === 'rejected') throw new Error(`the feed made what is no event: ${parsed.field} ${parsed.detail}`);
    return toRows(parsed.value, this.options.source, new Date(parsed.value.timeMs).toISOString(), event);
  }
}
