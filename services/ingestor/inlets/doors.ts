import type { EventLog } from '#libs/event-log/port.js';
import { unsealedGroups } from '#libs/sources/unsealed-groups.js';
import type { QuarantineKeys } from '#libs/quarantine/quarantine-keys.js';
import { claimPort } from '#libs/runtime/supervised/port-claims.js';
import type { Worker } from '#libs/runtime/supervised/worker.js';
import type { SourceRegister } from '../sources/source-register.js';
import { FolderInlets } from './folder-inlet.js';
import { InletSet } from './inlet-set.js';
import type { InletTools } from './inlet.js';
import { TopicInlets } from './topic-inlets.js';

/** Time between two looks at the file of sources, in milliseconds; what is not open is tried again at each. */
const sourcesEveryMs = 5000;
/** Time between two looks at the folders of sources, in milliseconds. */
const foldersEveryMs = 2000;

export interface DoorsTools extends Omit<InletTools, 'sources' | 'isFirst'> {
  readonly eventLog: Pick<EventLog, 'join'>;
  readonly register: Pick<SourceRegister, 'current' | 'look' | 'follow'>;
  readonly quarantineKeys: QuarantineKeys;
  /** Of this machine, by which it knows files that it was at work on. */
  readonly machine: string;
  /** Which of several ingestors of this machine this is, where there are several. */
  readonly worker?: Worker;
}

/** Every door that the file of sources opens: kept as the file says, which is looked at every few seconds and at SIGHUP. */
export class Doors {
  readonly folders: FolderInlets;
  readonly #sockets: InletSet;
  readonly #topics: TopicInlets;
  readonly #toldUnsealed = new Set<string>();
  #stop: () => void = () => {};

  constructor(private readonly tools: DoorsTools) {
    const { worker } = tools;
    const share = worker && worker.of > 1 ? claimPort : undefined;
    const isFirst = worker === undefined || worker.number === 1;
    const shared = { ...tools, ...(share && { share }), isFirst, sources: () => tools.register.current };
    this.#sockets = new InletSet(shared);
    this.#topics = new TopicInlets(shared);
    this.folders = new FolderInlets(shared, tools.machine);
  }

  /** Why doors are not open, for `ready`. */
  get trouble(): string | undefined {
    return [this.#sockets.trouble, this.#topics.trouble].filter(Boolean).join('; ') || undefined;
  }

  /** The file is watched from now on; nothing is opened before the log takes events. */
  watch(): void {
    const { register, clock, log } = this.tools;
    const look = () =>
      void register.look().catch((cause: unknown) => log.error('a look at the sources failed and is tried again', { cause }));
    const stopTimer = clock.every(sourcesEveryMs, look);
    process.on('SIGHUP', look);
    this.#stop = () => {
      stopTimer();
      process.off('SIGHUP', look);
    };
  }

  open(): void {
    const { register, clock, worker } = this.tools;
    const stops = [
      this.#stop,
      // Two of one machine would go on with each other's claims: the first alone looks, and is started again where it ends.
      ...(worker && worker.number > 1 ? [] : [clock.every(foldersEveryMs, () => void this.folders.look())]),
      clock.every(sourcesEveryMs, () => void (this.trouble && this.#apply())),
    ];
    this.#stop = () => {
      for (const stop of stops) stop();
    };
    register.follow(() => this.#apply());
    this.#apply();
  }

  async close(): Promise<void> {
    this.#stop();
    await Promise.all([this.#sockets.close(), this.folders.close(), this.#topics.close()]);
  }

  #apply(): void {
    this.#tellUnsealed();
    void this.#sockets.apply();
    void this.#topics.apply();
  }

  /** Says once of each group whose records cannot be read again that they are kept without their bytes. */
  #tellUnsealed(): void {
    const { register, quarantineKeys, log } = this.tools;
    for (const groupId of unsealedGroups(register.current.file.sources, quarantineKeys)) {
      if (this.#toldUnsealed.has(groupId)) continue;
      this.#toldUnsealed.add(groupId);
      const what = 'records without an answer that cannot be read are kept without their bytes; VIGIE_QUARANTINE_KEYS has no key';
      log.warn(what, { groupId });
    }
  }
}
