import type { DossierShelf } from '#libs/access-store/dossiers/dossier-shelf.js';
import type { CaseBook, CaseView } from '#libs/cases/case-book.js';
import { type FrozenList, frozenLists } from '#libs/cases/outdated-lists.js';
import { countedOf } from '#libs/cases/timeline.js';
import { type CaseAction, caseAction } from '#libs/contracts/case-action.js';
import { hex128Of } from '#libs/contracts/hex128.js';
import type { Clock } from '#libs/runtime/clock.js';
import type { Log } from '#libs/runtime/log.js';
import { bySystem } from './system-action.js';

/** The pause between two looks at the book, in milliseconds: each takes a pass over every case. */
export const watchEveryMs = 15_000;

/** Before a list is compared because an incident changed: the store follows the log within seconds. */
const settleMs = 30_000;
/** Without a change: a scope may reach accesses that belong to no incident. */
const againMs = 3_600_000;
/** A list that was frozen longer ago is compared only when an incident of its case changes. */
const watchedMs = 90 * 86_400_000;

export interface WatchTools {
  readonly book: CaseBook;
  readonly clock: Clock;
  readonly log: Log;
  readonly shelf: Pick<DossierShelf, 'movement'>;
  /** Appends an action. Rejects with `Transient` when its append is not known. */
  readonly append: (action: CaseAction) => Promise<unknown>;
}

interface Watch {
  /** Versions of the incidents that it was compared at, or will be. */
  readonly key: string;
  readonly dueAt: number;
}

/**
 * Compares what was frozen last of each controller with the ledger, when an incident of its case changed and every hour, and has the log say in how many
 * patients they differ: a dossier that was sent must not be wrong without anybody knowing. Of two consoles that find the same it is one action.
 */
export class ListWatch {
  /** By `snapshot_id`. */
  readonly #watches = new Map<string, Watch>();
  #looking: Promise<void> | undefined;

  constructor(private readonly tools: WatchTools) {}

  /** Resolves when every list that is due was compared once. Never rejects. */
  look(): Promise<void> {
    this.#looking ??= this.#look().finally(() => {
      this.#looking = undefined;
    });
    return this.#looking;
  }

  async #look(): Promise<void> {
    const { book, clock, log } = this.tools;
    for (const { case_id: id } of book.unsortedRows(clock.now())) {
      const view = book.caseOf(id, clock.now());
      for (const list of view ? frozenLists(countedOf(view.state)) : [])
        if (view && this.#isDue(view, list))
          await this.#compare(view, list).catch((cause: unknown) => {
            log.warn('a frozen list could not be compared with the ledger; it will be within the hour', { caseId: id, cause });
          });
    }
  }

  #isDue({ state }: CaseView, { frozen }: FrozenList): boolean {
    const now = this.tools.clock.now();
    const key = JSON.stringify([...state.members].map(([id, { change }]) => [id, change.version]));
    const watch = this.#watches.get(frozen.snapshot_id);
    const isOld = now - Date.parse(frozen.at) > watchedMs;
    if (watch?.key !== key) {
      this.#watches.set(frozen.snapshot_id, { key, dueAt: now + settleMs });
      return false;
    }
    if (now < watch.dueAt) return false;
    this.#watches.set(frozen.snapshot_id, { key, dueAt: isOld ? Infinity : now + againMs });
    return true;
  }

  async #compare(view: CaseView, { frozen, last }: FrozenList): Promise<void> {
    const { shelf, append } = this.tools;
    const found = await shelf.movement(frozen.snapshot_id);
    if (!found) return;
    const whole = found.moved.find(({ level }) => level === 'controller');
    const said = {
      added: whole?.added ?? 0,
      removed: whole?.removed ?? 0,
      changed: (whole?.tier_changed ?? 0) + (whole?.category_added ?? 0),
    };
    const before = last ?? { added: 0, removed: 0, changed: 0 };
    if (said.added === before.added && said.removed === before.removed && said.changed === before.changed) return;
    const { controller_id, snapshot_id } = frozen;
    await append(
      caseAction.parse({
        type: 'dossier.outdated',
        controller_id,
        snapshot_id,
        ...said,
        late_clinics: found.late.slice(0, 1_000),
        action_id: hex128Of(JSON.stringify(['outdated', snapshot_id, view.row.version, said])),
        ...bySystem(this.tools, view),
      }),
    );
  }
}
