import type { Incident } from './incident.js';
import type { AccountNumber } from '../scan/kinds.js';

/** Incidents by account. Nearly every access asks whether its account has any, so that is known by a byte an account. */
export class IncidentsOf extends Map<number, Incident[]> {
  #holds = new Uint8Array(64);

  override has(account: AccountNumber): boolean {
    return this.#holds[account] === 1;
  }
  override set(account: AccountNumber, incidents: Incident[]): this {
    if (account >= this.#holds.length) {
      const wider = new Uint8Array(Math.max(account + 1, this.#holds.length * 2));
      wider.set(this.#holds);
      this.#holds = wider;
    }
    this.#holds[account] = 1;
    return super.set(account, incidents);
  }
  override delete(account: AccountNumber): boolean {
    if (account < this.#holds.length) this.#holds[account] = 0;
    return super.delete(account);
  }
  override clear(): void {
    this.#holds.fill(0);
    super.clear();
  }

  get bytes(): number {
    return this.#holds.byteLength;
  }
}
