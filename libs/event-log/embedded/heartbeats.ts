import { closeSync, mkdirSync, openSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Log } from '#libs/runtime/log.js';
import type { MemberRecord } from '../member/group-state.js';
import { isGone } from './process-identity.js';
import { SignsOfLife, Silence } from './signs-of-life.js';

/** Looks without a new beat until a member whose process cannot be seen, or stands still, counts as dead: 40 ticks of 250 ms are 10 s. */
export const silentLooksMax = 40;

/**
 * Signs of life of members, a small file each. Silence is counted in own looks, never by subtracting clocks:
 * a clock that is set, or a looker that was itself stopped for a minute, kills nobody.
 */
export class Heartbeats {
  readonly #directory: string;
  readonly #here: string;
  readonly #log: Log;
  readonly #given = new Map<string, SignsOfLife>();
  readonly #seen = new Map<string, Silence>();
  #isTold = false;

  constructor(directory: string, here: string, log: Log) {
    this.#log = log;
    this.#directory = directory;
    this.#here = here;
    mkdirSync(directory, { recursive: true });
  }

  beat(memberId: string): void {
    const signs = this.#given.get(memberId) ?? new SignsOfLife(this.#pathOf(memberId));
    this.#given.set(memberId, signs);
    try {
      signs.give();
      this.#isTold = false;
    } catch {
      this.#create(signs.path);
    }
  }

  /** A beat that cannot be given is silence, and silence is what others act on: it must not end the process. Told once, not four times a second. */
  #create(path: string): void {
    try {
      closeSync(openSync(path, 'a'));
    } catch (cause) {
      if (!this.#isTold) this.#log.warn('a sign of life cannot be given', { cause });
      this.#isTold = true;
    }
  }

  forget(memberId: string): void {
    this.#given.delete(memberId);
    this.#seen.delete(memberId);
    rmSync(this.#pathOf(memberId), { force: true });
  }

  isDead({ id, process }: MemberRecord): boolean {
    if (isGone(process, this.#here)) {
      this.forget(id);
      return true;
    }
    const silence = this.#seen.get(id) ?? new Silence(this.#pathOf(id));
    this.#seen.set(id, silence);
    return silence.look() >= silentLooksMax;
  }

  #pathOf(memberId: string): string {
    return join(this.#directory, memberId);
  }
}
