// honest/: what people have said of what was told: which days are learned after all, and what work is known of whom.
// What accounts do without anybody having looked at it is known beside.

/** Days of accounts on which something was told, and what people found honest: kept for as long as tails remember. */
const keptDays = 35;

/** A day that was told and so not learned. */
export interface ToldDay {
  readonly role: number;
  readonly isService: boolean;
  readonly counts: Uint16Array;
}

interface Span {
  readonly from: number;
  readonly to: number;
}

/** What was told and is not learned, until somebody says that it was honest. Which of the two comes first makes no difference. */
export class ToldDays {
  readonly #told = new Map<string, Map<number, ToldDay>>();
  readonly #honest = new Map<string, Span[]>();
  #fresh: { readonly key: string; readonly span: Span }[] = [];

  /** Somebody says that what was told of an account from one day to another, both included, was honest. */
  judge(key: string, span: Span): void {
    const known = this.#honest.get(key) ?? [];
    if (known.some(({ from, to }) => from === span.from && to === span.to)) return;
    this.#honest.set(key, [...known, span]);
    this.#fresh.push({ key, span });
  }

  isHonest(key: string, day: number): boolean {
    return this.#honest.get(key)?.some(({ from, to }) => from <= day && day <= to) === true;
  }

  keep(key: string, day: number, told: ToldDay): void {
    let days = this.#told.get(key);
    if (!days) this.#told.set(key, (days = new Map<number, ToldDay>()));
    days.set(day, told);
  }

  /** Days that were told and that somebody has called honest since the last call. They are told no more. */
  take(): readonly { readonly key: string; readonly day: number; readonly told: ToldDay }[] {
    const fresh = this.#fresh;
    this.#fresh = [];
    return fresh.flatMap(({ key, span }) => {
      const days = this.#told.get(key);
      const found = [...(days ?? [])].filter(([day]) => span.from <= day && day <= span.to);
      for (const [day] of found) days?.delete(day);
      return found.map(([day, told]) => ({ key, day, told }));
    });
  }

  /** Lets go of what is older than tails remember. */
  forget(newest: number): void {
    for (const [key, days] of this.#told) {
      for (const day of days.keys()) if (day <= newest - keptDays) days.delete(day);
      if (days.size === 0) this.#told.delete(key);
    }
    for (const [key, spans] of this.#honest) {
      const left = spans.filter(({ to }) => to > newest - keptDays);
      if (left.length > 0) this.#honest.set(key, left);
      else this.#honest.delete(key);
    }
  }
}
