import { closeSync, mkdirSync, openSync, rmSync, statSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import type { Log } from '#libs/runtime/log.js';
import type { MemberRecord } from '../member/group-state.js';
import { isGone } from './process-identity.js';

/** Looks without a new beat until a member whose process cannot be seen, or stands still, counts as dead: 40 ticks of 250 ms are 10 s. */
export const silentLooksMax = 40;

/**
 * Signs of life as modification times of small files, which cost no fsync. Silence is counted in own looks, never by subtracting clocks:
 * a clock that is set, or a looker that was itself stopped for a minute, kills nobody.
 */
export class Heartbeats {
  readonly #directory: string;
  readonly #here: string;
  readonly #log: Log;
  readonly #seen = new Map<string, { readonly beat: number; readonly looks: number }>();
  #beats = 0;

  constructor(directory: string, here: string, log: Log) {
    this.#log = log;
    this.#directory = directory;
    this.#here = here;
    mkdirSync(directory, { recursive: true });
  }

  beat(memberId: string): void {
    this.#beats += 1;
    const path = join(this.#directory, memberId);
    try {
      utimesSync(path, this.#beats, this.#beats);
    } catch {
      this.#create(path);
    }
  }

  /** A beat that cannot be given is silence, and silence is what others act on: it must not end the process. */
  #create(path: string): void {
    try {
      closeSync(openSync(path, 'a'));
    } catch (cause) {
      this.#log.warn('a sign of life could not be given', { cause });
    }
  }

  forget(memberId: string): void {
    rmSync(join(this.#directory, memberId), { force: true });
  }

  isDead({ id, process }: MemberRecord): boolean {
    if (isGone(process, this.#here)) {
      this.forget(id);
      return true;
    }
    const beat = statSync(join(this.#directory, id), { throwIfNoEntry: false })?.mtimeMs ?? -1;
    const before = this.#seen.get(id);
    const looks = before?.beat === beat ? before.looks + 1 : 0;
    this.#seen.set(id, { beat, looks });
    return looks >= silentLooksMax;
  }
}
