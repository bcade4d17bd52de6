/** Refused tries are counted for so long, in milliseconds. */
export const triesMs = 15 * 60_000;

/** Tries in that time: of one name from one address, of one name from anywhere, and of anybody from one address, which may be that of a whole house. */
export const triesMax = { pair: 5, user: 50, address: 100 } as const;

/** Names and addresses that are remembered; those that were tried longest ago make room. */
const remembered = 20_000;

interface Count {
  readonly beganAt: number;
  readonly tries: number;
}

/**
 * Who tries too often. A name counts alike whether somebody has it or not, so that nothing is said about who exists. A try counts when it begins, and is
 * taken back when it lets somebody in: many at once are as many as one after the other.
 */
export class Tries {
  readonly #counts = new Map<string, Count>();

  /** Whether somebody may try; it counts then. `now` in milliseconds. */
  begin(user: string, address: string, now: number): boolean {
    const keys = keysOf(user, address);
    if (keys.some(([key, most]) => this.#count(key, now).tries >= most)) return false;
    for (const [key] of keys) {
      const { beganAt, tries } = this.#count(key, now);
      this.#counts.delete(key);
      this.#counts.set(key, { beganAt, tries: tries + 1 });
    }
    for (const [oldest] of this.#counts) {
      if (this.#counts.size <= remembered) break;
      this.#counts.delete(oldest);
    }
    return true;
  }

  /** They were who they said: what they mistyped before is forgotten, and the try from their address with it. */
  succeeded(user: string, address: string, now: number): void {
    for (const [key] of keysOf(user, address)) {
      const { beganAt, tries } = this.#count(key, now);
      if (key.startsWith('pair ') || tries <= 1) this.#counts.delete(key);
      else this.#counts.set(key, { beganAt, tries: tries - 1 });
    }
  }

  #count(key: string, now: number): Count {
    const known = this.#counts.get(key);
    return known && now - known.beganAt < triesMs ? known : { beganAt: now, tries: 0 };
  }
}

function keysOf(user: string, address: string): readonly (readonly [string, number])[] {
  return [
    [`pair ${address} ${user}`, triesMax.pair],
    [`user ${user}`, triesMax.user],
    [`address ${address}`, triesMax.address],
  ];
}
