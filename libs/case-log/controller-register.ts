import type { Controllers } from '#libs/cases/policy.js';
import type { Controller } from '#libs/contracts/controller.js';
import type { Clinic } from '#libs/contracts/list-entry.js';
import type { Clock } from '#libs/runtime/clock.js';
import type { Log } from '#libs/runtime/log.js';

/** Time between two looks at the register, and between two while it was never read, in milliseconds. */
export const readEveryMs = 60_000;
const askEveryMs = 2_000;

export type Nis2 = Pick<Controller, 'group_id' | 'controller_id' | 'nis2'>;

export interface RegisterTools {
  /** The clinics of the store. */
  readonly clinics: () => Promise<readonly Clinic[]>;
  /** Its controllers for whom the clocks of NIS 2 run. */
  readonly nis2: () => Promise<readonly Nis2[]>;
  readonly clock: Clock;
  readonly log: Log;
}

/**
 * Who answers for which clinic, and for whom the clocks of NIS 2 run, as the store said last. What cannot be read leaves what was known; a clinic that names nobody, and every one until
 * the first answer, is its own.
 */
export class ControllerRegister implements Controllers {
  #known: ReadonlyMap<string, string> = new Map();
  #nis2: ReadonlyMap<string, Controller['nis2']> = new Map();
  #edition = 0;
  /** When it was last read, on the clock that never goes back. */
  #readAt: number | undefined;
  #reading: Promise<void> | undefined;
  readonly #failed = new Set<string>();

  constructor(private readonly tools: RegisterTools) {}

  get edition(): number {
    return this.#edition;
  }

  /** Whether the store has ever answered. */
  get isRead(): boolean {
    return this.#readAt !== undefined;
  }

  of(groupId: string, clinicId: string): string {
    return this.#known.get(keyOf(groupId, clinicId)) ?? clinicId;
  }

  nis2(groupId: string, controllerId: string): Controller['nis2'] {
    return this.#nis2.get(keyOf(groupId, controllerId)) ?? 'none';
  }

  /** Whether somebody answers for any clinic of a group. */
  names(groupId: string, controllerId: string): boolean {
    return [...this.#known].some(([key, one]) => one === controllerId && key.startsWith(keyOf(groupId, '')));
  }

  /** Reads it at once, and then as time goes on, until the returned function is called. */
  start(): () => void {
    void this.read();
    return this.tools.clock.every(askEveryMs, () => {
      const age = this.#readAt === undefined ? Infinity : this.tools.clock.monotonic() - this.#readAt;
      if (age >= readEveryMs) void this.read();
    });
  }

  /** Asks the store now. Never rejects. */
  read(): Promise<void> {
    this.#reading ??= this.#read().finally(() => {
      this.#reading = undefined;
    });
    return this.#reading;
  }

  async #read(): Promise<void> {
    const { clinics, nis2, clock } = this.tools;
    // Each by itself: a role that may not read the one must not lose the other.
    const [known, entities] = await Promise.all([
      this.#ask('who answers for which clinic', clinics),
      this.#ask('for whom the clocks of NIS 2 run', nis2),
    ]);
    if (known) {
      const now = new Map(known.map((one) => [keyOf(one.group_id, one.clinic_id), one.controller_id ?? one.clinic_id]));
      if (!isSame(now, this.#known)) this.#edition += 1;
      this.#known = now;
      this.#readAt = clock.monotonic();
    }
    if (entities) {
      const now = new Map(entities.map((one) => [keyOf(one.group_id, one.controller_id), one.nis2]));
      if (!isSame(now, this.#nis2)) this.#edition += 1;
      this.#nis2 = now;
    }
  }

  /** Undefined when the store does not say. It is asked again every other second: said once. */
  async #ask<T>(what: string, ask: () => Promise<T>): Promise<T | undefined> {
    try {
      const answer = await ask();
      this.#failed.delete(what);
      return answer;
    } catch (cause) {
      if (!this.#failed.has(what)) this.tools.log.warn(`${what} cannot be read from the store; what is known holds`, { cause });
      this.#failed.add(what);
      return undefined;
    }
  }
}

function keyOf(groupId: string, clinicId: string): string {
  return `${groupId}\0${clinicId}`;
}

function isSame(one: ReadonlyMap<string, string>, other: ReadonlyMap<string, string>): boolean {
  return one.size === other.size && [...one].every(([key, value]) => other.get(key) === value);
}
