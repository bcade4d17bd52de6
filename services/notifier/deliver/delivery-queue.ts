/** What the queue must know of a change. */
export interface Queued {
  readonly incidentId: string;
  /** 0 for the lowest level, `urgencies - 1` for the most urgent. */
  readonly urgency: number;
}

interface Line<T> {
  readonly items: T[];
  /** Highest urgency among `items`: an old quiet change does not hold up the critical one behind it. */
  urgency: number;
  /** The head is with the receiver now. */
  busy: boolean;
  /** Monotonic milliseconds. */
  notBefore: number;
}

/**
 * Changes that wait for one receiver. Those of one incident leave in order and one at a time; among incidents the most urgent goes
 * first, then who waited longest. Pure: it knows neither a clock nor who delivers.
 */
export class DeliveryQueue<T extends Queued> {
  readonly #lines = new Map<string, Line<T>>();
  readonly #ready: readonly Set<string>[];
  /** Incidents whose head failed and waits for its time. */
  readonly #waiting = new Set<string>();
  #size = 0;

  constructor(urgencies: number) {
    this.#ready = Array.from({ length: urgencies }, () => new Set<string>());
  }

  /** Changes in the queue, those with the receiver included. */
  get size(): number {
    return this.#size;
  }

  add(item: T): void {
    this.#size += 1;
    const line = this.#lines.get(item.incidentId);
    if (!line) {
      this.#lines.set(item.incidentId, { items: [item], urgency: item.urgency, busy: false, notBefore: 0 });
      this.#ready[item.urgency]?.add(item.incidentId);
      return;
    }
    line.items.push(item);
    if (item.urgency <= line.urgency) return;
    if (this.#ready[line.urgency]?.delete(item.incidentId)) this.#ready[item.urgency]?.add(item.incidentId);
    line.urgency = item.urgency;
  }

  /** The next change to deliver, which is then with the receiver until `done` or `later`; undefined when none is due at `now`. */
  next(now: number): T | undefined {
    this.#wake(now);
    for (const ready of this.#ready.toReversed())
      for (const id of ready) {
        ready.delete(id);
        const line = this.#lines.get(id);
        const head = line?.items[0];
        if (!line || !head) continue;
        line.busy = true;
        return head;
      }
    return undefined;
  }

  /** The change is off our hands. */
  done(item: T): void {
    const line = this.#lines.get(item.incidentId);
    if (!line || line.items[0] !== item) return;
    line.items.shift();
    this.#size -= 1;
    this.#settle(item.incidentId, line, 0);
  }

  /** The change stays at the head of its incident and is due again at `notBefore`. */
  later(item: T, notBefore: number): void {
    const line = this.#lines.get(item.incidentId);
    if (line?.items[0] === item) this.#settle(item.incidentId, line, notBefore);
  }

  /** Takes out every change that `leaves` says, except those with the receiver; answers how many. */
  drop(leaves: (item: T) => boolean): number {
    let dropped = 0;
    for (const [id, line] of this.#lines) {
      const kept = line.items.filter((item, index) => (line.busy && index === 0) || !leaves(item));
      dropped += line.items.length - kept.length;
      line.items.splice(0, line.items.length, ...kept);
      if (!line.busy) this.#settle(id, line, line.notBefore);
    }
    this.#size -= dropped;
    return dropped;
  }

  /** What waits behind, and with, each head that `stuck` says. */
  *behind(stuck: (head: T) => boolean): Iterable<T> {
    for (const { items } of this.#lines.values()) if (items[0] && stuck(items[0])) yield* items;
  }

  /** When the next change is due: 0 when one is now, undefined when none waits. */
  get dueAt(): number | undefined {
    if (this.#ready.some((ready) => ready.size > 0)) return 0;
    let earliest: number | undefined;
    for (const id of this.#waiting) earliest = Math.min(earliest ?? Infinity, this.#lines.get(id)?.notBefore ?? Infinity);
    return earliest;
  }

  #wake(now: number): void {
    for (const id of this.#waiting) {
      const line = this.#lines.get(id);
      if (line && line.notBefore > now) continue;
      this.#waiting.delete(id);
      if (line) this.#ready[line.urgency]?.add(id);
    }
  }

  #settle(id: string, line: Line<T>, notBefore: number): void {
    line.busy = false;
    line.notBefore = notBefore;
    for (const place of [...this.#ready, this.#waiting]) place.delete(id);
    if (line.items.length === 0) {
      this.#lines.delete(id);
      return;
    }
    line.urgency = line.items.reduce((most, { urgency }) => Math.max(most, urgency), 0);
    if (notBefore > 0) this.#waiting.add(id);
    else this.#ready[line.urgency]?.add(id);
  }
}
