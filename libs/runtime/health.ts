export interface HealthReport {
  readonly ok: boolean;
  readonly checks: Readonly<Record<string, string>>;
  /** Where to look further, of what is not as it should be. */
  readonly hint?: string;
}

const hint = 'vigie doctor says what is missing, and what to do';

/** A check answers with undefined when all is well, else with the reason in a sentence. */
export type HealthCheck = () => string | undefined;

/**
 * What `/health/live` and `/health/ready` say.
 * Live turns red only when work stops moving, because a supervisor kills on it: a dependency that is away is a matter of `ready`.
 * Balancers send nothing to who is not ready: what is wrong with one source alone is told there, and turns nothing red.
 */
export class Health {
  readonly #live = new Map<string, HealthCheck>();
  readonly #ready = new Map<string, HealthCheck>();
  readonly #partial = new Map<string, HealthCheck>();

  live(name: string, check: HealthCheck): void {
    this.#live.set(name, check);
  }
  ready(name: string, check: HealthCheck): void {
    this.#ready.set(name, check);
  }
  /** Of a part without which everything else goes on. */
  partial(name: string, check: HealthCheck): void {
    this.#partial.set(name, check);
  }
  report(kind: 'live' | 'ready'): HealthReport {
    const checks = kind === 'live' ? this.#live : new Map([...this.#live, ...this.#ready]);
    const told = kind === 'live' ? checks : new Map([...checks, ...this.#partial]);
    const said = Object.fromEntries([...told].map(([name, check]) => [name, check() ?? 'ok']));
    const ok = [...checks.keys()].every((name) => said[name] === 'ok');
    const isWhole = Object.values(said).every((answer) => answer === 'ok');
    return { ok, checks: said, ...(kind === 'ready' && !isWhole && { hint }) };
  }
  /** Parts by name, and whether they are away. */
  parts(): readonly (readonly [name: string, away: boolean])[] {
    return [...this.#partial].map(([name, check]) => [name, check() !== undefined]);
  }
}
