import type { PatientsListed } from '#libs/access-store/together/some-patients.js';
import type { Clock } from '#libs/runtime/clock.js';
import type { Log } from '#libs/runtime/log.js';

/** The store is asked again after this where figures have changed, and where it was not where they are after twice as long each time, in milliseconds. */
const againMs = { first: 5_000, most: 300_000 } as const;
/** Counting takes at most one part in so many of the time. */
const sharePerCount = 5;
/** So many different views of the open cases are remembered, those that were asked for last. */
const viewsMax = 64;

/** A case as its reader sees it: its figure, and what each of its incidents that stand counts. */
export interface OpenCase {
  readonly patients: number;
  readonly isSettled: boolean;
  readonly incidents: readonly { readonly incident_id: string; readonly patients: number }[];
}

/** Distinct patients of several cases. Where it is not settled they are this many at most. */
export interface OpenPatientsFigure {
  readonly patients: number;
  readonly isSettled: boolean;
}

interface View {
  /** What the incidents counted when it was asked. */
  readonly figures: ReadonlyMap<string, number>;
  /** Of the monotonic clock, as all that is reckoned with here: a clock that is set would be a pause, or a count, of hours. */
  readonly askedAt: number;
  readonly pauseMs: number;
  /** How long the last count took, milliseconds. */
  readonly tookMs: number;
  readonly listed: PatientsListed | undefined;
}

/**
 * How many people all open cases concern together, each once. Cases know their own figures only; whom two of them share only the accesses tell, so the store counts
 * beside, for as long as somebody looks on. An answer never waits for it: until figures and lists are one, it is the most that they can be.
 */
export class OpenPatients {
  readonly #views = new Map<string, View>();
  readonly #asking = new Map<string, Promise<void>>();

  /** `ask` rejects while the store is away. */
  constructor(
    private readonly ask: (incidentIds: readonly string[]) => Promise<PatientsListed>,
    private readonly tools: { readonly clock: Pick<Clock, 'monotonic'>; readonly log: Pick<Log, 'warn'> },
  ) {}

  /** `view` names what the reader sees: those who see the same share one count. */
  of(view: string, cases: readonly OpenCase[]): OpenPatientsFigure {
    const sum = cases.reduce((total, { patients }) => total + patients, 0);
    const [only, ...others] = cases.filter(({ patients }) => patients > 0);
    // Nobody can be in two of them.
    if (others.length === 0) return { patients: sum, isSettled: only?.isSettled ?? true };
    const incidents = cases.flatMap((one) => one.incidents);
    this.#askWhenDue(view, incidents);
    const listed = this.#views.get(view)?.listed;
    return listed ? figureOf(incidents, listed, sum) : { patients: sum, isSettled: false };
  }

  /** Resolves when nothing is being asked. */
  async asked(): Promise<void> {
    await Promise.all(this.#asking.values());
  }

  #askWhenDue(view: string, incidents: OpenCase['incidents']): void {
    const last = this.#views.get(view);
    const now = this.tools.clock.monotonic();
    const isSame = last !== undefined && isOf(incidents, last.figures);
    const isCounted = isSame && last.listed !== undefined && areEqual(incidents, last.listed);
    const leastMs = Math.max(againMs.first, sharePerCount * (last?.tookMs ?? 0));
    const pauseMs = isCounted ? againMs.most : isSame ? Math.max(last.pauseMs, leastMs) : leastMs;
    if (this.#asking.has(view) || (last && now < last.askedAt + pauseMs)) return;
    const asking = this.#look(view, incidents, {
      figures: new Map(incidents.map(({ incident_id, patients }) => [incident_id, patients])),
      askedAt: now,
      pauseMs: isSame ? Math.min(2 * pauseMs, againMs.most) : pauseMs,
      tookMs: last?.tookMs ?? 0,
      listed: last?.listed,
    });
    this.#asking.set(
      view,
      asking.finally(() => this.#asking.delete(view)),
    );
  }

  async #look(view: string, incidents: OpenCase['incidents'], asked: View): Promise<void> {
    this.#remember(view, asked);
    try {
      const listed = await this.ask(incidents.map(({ incident_id }) => incident_id).toSorted());
      this.#remember(view, { ...asked, listed, tookMs: this.tools.clock.monotonic() - asked.askedAt });
    } catch (cause) {
      this.tools.log.warn(
        'the patients of open cases could not be counted together; until they are, their figure is the most that they can be',
        { cause },
      );
    }
  }

  #remember(view: string, what: View): void {
    this.#views.delete(view);
    this.#views.set(view, what);
    for (const oldest of this.#views.keys()) if (this.#views.size > viewsMax) this.#views.delete(oldest);
  }
}

/** What was counted together, and what figures have beyond it. */
function figureOf(incidents: OpenCase['incidents'], listed: PatientsListed, sum: number): OpenPatientsFigure {
  if (areEqual(incidents, listed)) return { patients: listed.total, isSettled: true };
  const beyond = incidents.reduce((all, one) => all + Math.max(0, one.patients - (listed.each.get(one.incident_id) ?? 0)), 0);
  return { patients: Math.min(sum, listed.total + beyond), isSettled: false };
}

function isOf(incidents: OpenCase['incidents'], figures: View['figures']): boolean {
  return incidents.length === figures.size && incidents.every(({ incident_id: id, patients }) => figures.get(id) === patients);
}

/** Whether each figure is the length of its list, and no other list was counted. */
function areEqual(incidents: OpenCase['incidents'], { each }: PatientsListed): boolean {
  const counted = incidents.filter(({ patients }) => patients > 0);
  return each.size === counted.length && counted.every(({ incident_id: id, patients }) => each.get(id) === patients);
}
