import type { Controllers } from '#libs/cases/policy.js';
import type { Clinic } from '#libs/contracts/list-entry.js';
import type { Clock } from '#libs/runtime/clock.js';
import type { Log } from '#libs/runtime/log.js';

/** Time between two looks at the register, and between two while it was never read, in milliseconds. */
export const readEveryMs = 60_000;
const askEveryMs = 2_000;

export interface RegisterTools {
  /** The clinics of the store. */
  readonly clinics: () => Promise<readonly Clinic[]>;
  readonly clock: Clock;
  readonly log: Log;
}

/**
 * Who answers for which clinic, as the store said last. What cannot be read leaves what was known; a clinic that names nobody, and every one until
 * the first answer, is its own.
 */
export class ControllerRegister implements Controllers {
  #known: ReadonlyMap<string, string> = new Map();
  #edition = 0;
  /** When it was last read, on the clock that never goes back. */
  #readAt: number | undefined;
  #reading: Promise<void> | undefined;
  #failed = false;

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
    const { clinics, clock, log } = this.tools;
    try {
      const read = await clinics();
      const now = new Map(read.map((one) => [keyOf(one.group_id, one.clinic_id), one.controller_id ?? one.clinic_id]));
      if (!isSame(now, this.#known)) this.#edition += 1;
      this.#known = now;
      this.#readAt = clock.monotonic();
      this.#failed = false;
    } catch (cause) {
      // Asked again every other second: said once.
      if (!this.#failed) log.warn('who answers for which clinic cannot be read from the store; what is known holds', { cause });
      this.#failed = true;
    }
  }
}

function keyOf(groupId: string, clinicId: string): string {
  return `${groupId}\0${clinicId}`;
}

function isSame(one: ReadonlyMap<string, string>, other: ReadonlyMap<string, string>): boolean {
  return one.size === other.size && [...one].every(([key, value]) => other.get(key) === value);
}
