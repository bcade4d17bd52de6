export interface HealthReport {
  readonly ok: boolean;
  readonly checks: Readonly<Record<string, string>>;
  /** Where to look further, of what is not ready. */
  readonly hint?: string;
}

const hint = 'vigie doctor says what is missing, and what to do';

/** A check answers with undefined when all is well, else with the reason in a sentence. */
export type HealthCheck = () => string | undefined;

/**
 * What `/health/live` and `/health/ready` say.
 * Live turns red only when work stops moving, because a supervisor kills on it: a dependency that is away is a matter of `ready`.
 */
export class Health {
  readonly #live = new Map<string, HealthCheck>();
  readonly #ready = new Map<string, HealthCheck>();

  live(name: string, check: HealthCheck): void {
    this.#live.set(name, check);
  }
  ready(name: string, check: HealthCheck): void {
    this.#ready.set(name, check);
  }
  report(kind: 'live' | 'ready'): HealthReport {
    const checks = kind === 'live' ? this.#live : new Map([...this.#live, ...this.#ready]);
    const said = [...checks].map(([name, check]) => [name, check() ?? 'ok'] as const);
    const ok = said.every(([, answer]) => answer === 'ok');
    return { ok, checks: Object.fromEntries(said), ...(kind === 'ready' && !ok && { hint }) };
  }
}
