import type { IncidentFigure } from '#libs/access-store/together/patients-together.js';
import type { CaseBook, CaseView } from '#libs/cases/case-book.js';
import { standing } from '#libs/cases/case-state.js';
import { type CaseAction, caseAction } from '#libs/contracts/case-action.js';
import { hex128Of } from '#libs/contracts/hex128.js';
import type { Clock } from '#libs/runtime/clock.js';
import type { Log } from '#libs/runtime/log.js';
import { bySystem } from './system-action.js';

/** The pause between two looks at the book, in milliseconds. */
export const countEveryMs = 2_000;

/** A case that the store does not agree on is asked for again after this, and after twice as long each time, in milliseconds. */
const againMs = { first: 2_000, most: 300_000 } as const;

export interface CounterTools {
  readonly book: CaseBook;
  readonly clock: Clock;
  readonly log: Log;
  /** By the store; undefined while it is not where the scorer is. Rejects with `Transient`. */
  readonly together: (figures: readonly IncidentFigure[]) => Promise<number | undefined>;
  /** Appends an action. Rejects with `Transient` when its append is not known. */
  readonly append: (action: CaseAction) => Promise<unknown>;
}

interface Try {
  readonly key: string;
  readonly pauseMs: number;
  /** Of the monotonic clock: one that is set back would hold the next count up for as long. */
  readonly at: number;
}

/**
 * Counts the patients of cases into which several incidents were linked, and has the log say so: figures of the scorer are of one incident each, and
 * only the accesses tell whom two of them share. By an action, so that every reader of the log has the same figure at the same place; of two consoles
 * that count the same, it is one action.
 */
export class CaseCounter {
  readonly #tries = new Map<string, Try>();
  #looking: Promise<void> | undefined;

  constructor(private readonly tools: CounterTools) {}

  /** Resolves when each case that needs it was asked for once. Never rejects. */
  look(): Promise<void> {
    this.#looking ??= this.#look().finally(() => {
      this.#looking = undefined;
    });
    return this.#looking;
  }

  async #look(): Promise<void> {
    const { book, clock } = this.tools;
    const unsettled = book.unsortedRows(clock.now()).filter(({ patients_settled: isSettled }) => !isSettled);
    const ids = new Set(unsettled.map(({ case_id: id }) => id));
    for (const id of this.#tries.keys()) if (!ids.has(id)) this.#tries.delete(id);
    for (const id of ids) await this.#count(id).catch((cause: unknown) => this.#later(id, cause));
  }

  #later(caseId: string, cause: unknown): void {
    const text = 'the patients of a case could not be counted together; until they are, its figure is the most that they can be';
    this.tools.log.warn(text, { caseId, cause });
  }

  async #count(caseId: string): Promise<void> {
    const { book, clock, together, append } = this.tools;
    const view = book.caseOf(caseId, clock.now());
    if (!view) return;
    const figures = figuresOf(view);
    const key = JSON.stringify(figures);
    const last = this.#tries.get(caseId);
    const isKnown = last?.key === key;
    if (isKnown && clock.monotonic() < last.at + last.pauseMs) return;
    const pauseMs = isKnown ? Math.min(2 * last.pauseMs, againMs.most) : againMs.first;
    this.#tries.set(caseId, { key, pauseMs, at: clock.monotonic() });
    const patients = await together(figures);
    if (patients !== undefined) await append(this.#actionOf(view, figures, patients));
  }

  #actionOf(view: CaseView, counted: readonly IncidentFigure[], patients: number): CaseAction {
    const { case_id, version } = view.row;
    return caseAction.parse({
      type: 'case.counted',
      patients,
      counted,
      action_id: hex128Of(JSON.stringify(['counted', case_id, version, patients, counted])),
      ...bySystem(this.tools, view),
    });
  }
}

/** In one order, for whoever counts the same. */
function figuresOf({ state }: CaseView): readonly IncidentFigure[] {
  return standing(state)
    .map(({ incident_id, patients }) => ({ incident_id, patients }))
    .toSorted((one, other) => (one.incident_id < other.incident_id ? -1 : 1));
}
