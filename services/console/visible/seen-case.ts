import type { CaseBook, CaseView } from '#libs/cases/case-book.js';
import { type CaseEntry, countedOf } from '#libs/cases/timeline.js';
import type { CaseAction } from '#libs/contracts/case-action.js';
import type { SeenAction, SeenIncident, SeenMatch, SeenRow } from '#libs/contracts/seen-case.js';
import { type CaseClock, clocksOfCase, type DeadlineOptions } from '#libs/routing/deadline-plan.js';
import { type ActionSight, seenAction } from './seen-action.js';
import { membersOf, partRow, type Reader, seenIncident, seenPatients, wholeRow } from './seen-row.js';

/** A line of a case as its reader may see it. */
export interface SeenLine extends Omit<CaseEntry, 'place' | 'writtenIn' | 'action' | 'patients'> {
  /** Null where other clinics are, or were, part of it. */
  readonly patients: number | null;
  readonly action?: SeenAction;
}

/** A note; its words are null where they may be about other clinics. */
export interface SeenNote {
  readonly noteId: string;
  readonly by: string;
  readonly at: string;
  readonly texts: readonly { readonly at: string; readonly text: string }[] | null;
}

/** A rule that fired, with the accesses that it looked at: those of its selection in `(first_fired - timespan, first_fired]`. */
export interface SeenWindow extends Pick<
  SeenIncident,
  'incident_id' | 'group_id' | 'subject_kind' | 'actor_id' | 'first_time' | 'last_time'
> {
  readonly match: SeenMatch;
  /** Empty where the incident does not say it. */
  readonly selection_id: string;
}

export interface SightTools {
  readonly book: Pick<CaseBook, 'policy' | 'everTouched'>;
  /** The clinics that somebody sees; undefined where those are all, or nobody is called so. */
  readonly clinicsOf: (id: string) => readonly string[] | undefined;
}

/** A case for one reader. What is not theirs stays inside: an answer can hold nothing else than what is asked of it here. */
export class SeenCase {
  readonly row: SeenRow;
  readonly #view: CaseView;
  readonly #reader: Reader;
  readonly #tools: SightTools;

  constructor(view: CaseView, reader: Reader, tools: SightTools) {
    this.#view = view;
    this.#reader = reader;
    this.#tools = tools;
    this.row = wholeRow(view.row, reader) ?? partRow(view, reader, tools.book.policy);
  }

  /** The whole case, for whoever sees all clinics. */
  get whole(): CaseView | undefined {
    return this.#reader.clinics === undefined ? this.#view : undefined;
  }

  get incidents(): readonly SeenIncident[] {
    return [...membersOf(this.#view.state, this.#reader).values()].map((member) => seenIncident(member, this.#reader));
  }

  /** What each of them that stands counts; null where that is patients of others too. */
  get figures(): readonly Pick<SeenIncident, 'incident_id' | 'patients'>[] {
    const seen = [...membersOf(this.#view.state, this.#reader).values()];
    const standing = seen.filter(({ change: { state } }) => state === 'open' || state === 'closed');
    return standing.map(({ change }) => ({ incident_id: change.incident_id, patients: seenPatients(change, this.#reader) }));
  }

  /** Every rule of every incident that touches a clinic of theirs. */
  get windows(): readonly SeenWindow[] {
    return [...membersOf(this.#view.state, this.#reader).values()].flatMap((member) => {
      const { rule_matches, incident_id, group_id, subject_kind, actor_id, first_time, last_time } = seenIncident(
        member,
        this.#reader,
      );
      const { rules, rule_selections, selections } = member.change;
      // Incidents of older versions name selections and not which rule has which: with several the first is as good as any.
      const selectionOf = (ruleId: string) => rule_selections[rules.indexOf(ruleId)] ?? selections[0] ?? '';
      return rule_matches.map((match) => ({
        incident_id,
        group_id,
        subject_kind,
        actor_id,
        first_time,
        last_time,
        match,
        selection_id: selectionOf(match.rule_id),
      }));
    });
  }

  /** Whether an incident is in it and touches a clinic of theirs. */
  has(incidentId: string): boolean {
    return membersOf(this.#view.state, this.#reader).has(incidentId);
  }

  /** Oldest first. */
  get lines(): readonly SeenLine[] {
    const sight = this.#sight();
    if (!sight) return this.#view.entries.map(plainLine);
    return this.#view.entries.flatMap((entry) => this.#lineOf(entry, sight) ?? []);
  }

  get notes(): readonly SeenNote[] {
    const sight = this.#sight();
    return [...this.#view.state.notes.values()].map(({ noteId, by, at, texts }) => {
      // Who corrected a note is not who wrote it: each of them may have seen more.
      const authors = this.#counted()
        .filter((action) => 'note_id' in action && action.note_id === noteId)
        .map((action) => action.by);
      return { noteId, by, at, texts: !sight || authors.every(sight.mayRead) ? texts : null };
    });
  }

  /** The actions of these beginnings that counted, oldest first. */
  actions(beginning: string): readonly SeenAction[] {
    const sight = this.#sight();
    const some = this.#counted().filter(({ type }) => type.startsWith(beginning));
    return sight ? some.flatMap((action) => seenAction(action, sight) ?? []) : some;
  }

  /** The clocks of the controllers that answer for clinics of theirs. */
  clocks(options: Pick<DeadlineOptions, 'lengths' | 'controllers' | 'until'>): readonly CaseClock[] {
    const clocks = clocksOfCase(this.#view, options);
    return this.#reader.clinics === undefined
      ? clocks
      : clocks.filter(({ controller }) => this.row.controllers.includes(controller));
  }

  #counted(): readonly CaseAction[] {
    return countedOf(this.#view.state);
  }

  /** How actions are shown; undefined where nothing is kept back. */
  #sight(): ActionSight | undefined {
    const { clinics } = this.#reader;
    if (clinics === undefined) return undefined;
    const own = membersOf(this.#view.state, this.#reader);
    const all = this.#tools.book.everTouched(this.row.case_id).every((one) => clinics.includes(one));
    // Whoever sees no more than they do wrote of nothing that they do not see.
    const mayRead = (by: string) =>
      all || by === this.#reader.id || (this.#tools.clinicsOf(by)?.every((one) => clinics.includes(one)) ?? false);
    return { controllers: this.row.controllers, isAll: all, isTheirs: (id) => own.has(id), mayRead };
  }

  /** Undefined for what was done to others alone: of it only what moved the case is told. */
  #lineOf(entry: CaseEntry, sight: ActionSight): SeenLine | undefined {
    const { action, incident_id, patients, ...line } = plainLine(entry);
    const seen = entry.action && seenAction(entry.action, sight);
    const isOthers = (action && !seen) || (incident_id !== undefined && !sight.isTheirs(incident_id));
    if (isOthers && line.before === line.after) return undefined;
    const part = isOthers ? {} : { ...(incident_id !== undefined && { incident_id }), ...(seen && { action: seen }) };
    return { ...line, ...part, patients: sight.isAll ? patients : null };
  }
}

function plainLine({ place: _place, writtenIn: _writtenIn, ...line }: CaseEntry): SeenLine {
  return line;
}
