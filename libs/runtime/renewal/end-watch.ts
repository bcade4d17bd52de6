import type { Clock } from '../clock.js';
import type { Log } from '../log.js';
import type { Metrics } from '../metrics.js';
import { messageOf } from '../outcome.js';
import { type Seen, shownAt } from './certificates-seen.js';

/** Something that ends, such as a certificate, by a name that a renewed one has too. */
export interface End {
  readonly kind: 'certificate' | 'token';
  readonly name: string;
  /** Milliseconds since 1970; the end itself is too late. */
  readonly endsMs: number;
}

export type LookForEnds = () => readonly End[] | Promise<readonly End[]>;

/** Time between two looks, milliseconds: a renewed one is seen within it. */
export const lookEveryMs = 10 * 60_000;

export interface EndWatchTools {
  readonly clock: Clock;
  readonly metrics: Metrics;
  readonly log: Log;
}

interface Watched {
  readonly look: LookForEnds;
  seen: readonly End[];
  refused: string | undefined;
}

/** Publishes when whatever was added ends, as `vigie_credential_end_time_seconds`. What cannot be seen keeps the end that was seen last. */
export class EndWatch {
  readonly #looks: Watched[] = [];
  #stop: (() => void) | undefined;

  constructor(private readonly tools: EndWatchTools) {}

  /** Looks now, and from now on every ten minutes. */
  add(look: LookForEnds): Promise<void> {
    this.#looks.push({ look, seen: [], refused: undefined });
    this.#stop ??= this.tools.clock.every(lookEveryMs, () => void this.look());
    return this.look();
  }

  /** Never rejects. */
  async look(): Promise<void> {
    await Promise.all(this.#looks.map((one) => this.#lookAt(one)));
  }

  close(): void {
    this.#stop?.();
  }

  async #lookAt(one: Watched): Promise<void> {
    const { metrics, log } = this.tools;
    try {
      const seen = await one.look();
      const names = new Set(seen.map(({ kind, name }) => `${kind} ${name}`));
      for (const { kind, name } of one.seen)
        if (!names.has(`${kind} ${name}`)) metrics.forget('vigie_credential_end_time_seconds', { kind, name });
      for (const { kind, name, endsMs } of seen) metrics.set('vigie_credential_end_time_seconds', endsMs / 1000, { kind, name });
      one.seen = seen;
      one.refused = undefined;
    } catch (cause) {
      // Looked at again and again: said once.
      if (one.refused !== messageOf(cause)) log.warn('when a certificate or a token ends cannot be seen', { cause });
      one.refused = messageOf(cause);
    }
  }
}

/** The ends of certificates. Throws where one cannot be seen: its end is then the one of before. */
export function endsOf(seen: readonly Seen[]): readonly End[] {
  return seen.map(({ where, certificate }) => {
    if (typeof certificate === 'string') throw new Error(`${where}: ${certificate}`);
    return { kind: 'certificate', name: where, endsMs: Date.parse(certificate.validTo) };
  });
}

/** Watches the certificate that is shown at a URL over TLS; of any other there is none. */
export function watchUrl(watch: EndWatch, url: string | undefined): void {
  if (url === undefined || !url.startsWith('https:')) return;
  const { host } = new URL(url);
  void watch.add(async () => endsOf([await shownAt(`the certificate of ${host}`, host, undefined)]));
}
