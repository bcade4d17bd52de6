import { Readable } from 'node:stream';
import type { CaseBook } from '#libs/cases/case-book.js';
import { maySee, type User } from '../users/users.js';
import { FeedPlaces } from './feed-places.js';

/** What changed: enough to ask for it, and nothing that has to be written down as seen. */
export interface FeedEvent {
  readonly case_id: string;
  readonly version: number;
  readonly status: string;
  readonly changed_at: string;
  /** The case that it is part of now. */
  readonly joined_into?: string;
}

interface Kept extends FeedEvent {
  readonly number: number;
  readonly clinics: readonly string[];
}

interface Listener {
  readonly user: User;
  /** Whether they may still be told. */
  readonly stands: () => boolean;
  readonly stream: Readable;
}

/** Events that somebody who comes back may have missed, listeners, and bytes that one of them may leave unread. */
const keptMax = 10_000;
export const listenersMax = 200;
const unreadMax = 256 * 1024;

/** Time between two looks at the book, and between two signs of life, in milliseconds. */
export const lookEveryMs = 500;
export const beatEveryMs = 15_000;

/**
 * Tells listeners which cases have changed, as server-sent events. Their ids count nothing, so that who sees one clinic does not learn how much happens
 * in the others. Who comes back with the last id that they had gets what came since; who was away for too long, or comes to another process, is told
 * `reset` and reads the list again.
 */
export class CaseFeed {
  readonly #known = new WeakMap<object, object>();
  readonly #seen = new Map<string, string>();
  readonly #listeners = new Set<Listener>();
  readonly #places = new FeedPlaces();
  #kept: readonly Kept[] = [];
  #number = 0;
  #began = false;

  constructor(private readonly book: CaseBook) {}

  get listening(): number {
    return this.#listeners.size;
  }

  get full(): boolean {
    return this.listening >= listenersMax;
  }

  /** Takes over what has changed by an instant of the wall clock, milliseconds. What there was at the first look is no news. */
  look(now: number): void {
    const fresh: Kept[] = [];
    for (const { case_id, version, status, changed_at, clinics, joined_into } of this.book.states(now, this.#known)) {
      const said = `${version} ${status} ${joined_into}`;
      if (this.#seen.get(case_id) === said) continue;
      this.#seen.set(case_id, said);
      if (!this.#began) continue;
      fresh.push({ number: ++this.#number, case_id, version, status, changed_at, clinics, ...(joined_into && { joined_into }) });
    }
    this.#began = true;
    if (fresh.length === 0) return;
    this.#kept = [...this.#kept, ...fresh].slice(-keptMax);
    for (const one of this.#listeners) for (const event of fresh) this.#tell(one, event);
  }

  /** What a user is told from now on, and since the event that they had last. The stream ends with the session that `stands` asks for. */
  listen(user: User, lastId: string | undefined, stands: () => boolean = () => true): Readable {
    const stream = new Readable({ read: () => {} });
    const listener = { user, stands, stream };
    this.#listeners.add(listener);
    stream.once('close', () => this.#listeners.delete(listener));
    stream.push(`retry: 2000\n\n`);
    const since = lastId === undefined ? this.#number : this.#numberOf(lastId);
    if (since === undefined) this.#push(listener, `event: reset\nid: ${this.#places.idOf(this.#number)}\ndata: {}\n\n`);
    else for (const event of this.#kept) if (event.number > since) this.#tell(listener, event);
    return stream;
  }

  /** A line that says nothing, by which both ends notice that the other is gone. */
  beat(): void {
    for (const one of this.#listeners) this.#push(one, ': \n\n');
  }

  end(): void {
    for (const { stream } of this.#listeners) stream.push(null);
    this.#listeners.clear();
  }

  /** The place of an id; undefined when not all that came after it is kept. */
  #numberOf(id: string): number | undefined {
    const place = this.#places.placeOf(id);
    const first = this.#kept[0]?.number ?? this.#number + 1;
    return place !== undefined && place <= this.#number && place >= first - 1 ? place : undefined;
  }

  #tell(listener: Listener, { number, clinics, ...event }: Kept): void {
    if (!maySee(listener.user, clinics)) return;
    this.#push(listener, `event: case\nid: ${this.#places.idOf(number)}\ndata: ${JSON.stringify(event)}\n\n`);
  }

  /** Who reads too slowly is let go, and comes back with their last id. */
  #push(listener: Listener, text: string): void {
    const { stream, stands } = listener;
    if (!stands()) {
      this.#listeners.delete(listener);
      stream.push(null);
    } else if (stream.readableLength > unreadMax) stream.destroy();
    else stream.push(text);
  }
}
