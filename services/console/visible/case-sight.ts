// visible/: what of a case its reader may see. Whatever answers of cases is made of what comes from here.
// A case touches clinics of several people, and each is told of their own.

import type { CaseBook, CaseView } from '#libs/cases/case-book.js';
import type { SeenRow } from '#libs/contracts/seen-case.js';
import { maySee } from '../users/users.js';
import { type Reader, wholeRow } from './seen-row.js';
import { SeenCase, type SightTools } from './seen-case.js';

type Book = SightTools['book'] & Pick<CaseBook, 'rows' | 'caseOf' | 'casesBeginning'>;

/** The one way from the book of cases to an answer: each case as its reader may see it. `now` in milliseconds of the wall clock. */
export class CaseSight {
  readonly #book: Book;
  readonly #tools: SightTools;

  constructor(book: Book, clinicsOf: SightTools['clinicsOf']) {
    this.#book = book;
    this.#tools = { book, clinicsOf };
  }

  /** Those that touch a clinic of theirs, by the time of their opening, the newest first. */
  rows(reader: Reader, now: number): readonly SeenRow[] {
    const seen = this.#book.rows(now).filter(({ clinics }) => maySee(reader, clinics));
    return seen.flatMap((row) => wholeRow(row, reader) ?? this.of(row.case_id, reader, now)?.row ?? []);
  }

  /** Whose the incidents are that they see of a case: an account of each that was linked, beside that of the first. */
  accountsOf({ case_id, actor_id, incident_ids }: SeenRow, reader: Reader, now: number): readonly string[] {
    if (incident_ids.length < 2) return [actor_id];
    const all = this.of(case_id, reader, now)?.incidents ?? [];
    return [...new Set([actor_id, ...all.filter((one) => one.subject_kind === 'account').map((one) => one.actor_id)])];
  }

  /** The case that the id of a case or of an incident leads to; undefined where none does that they see. */
  of(id: string, reader: Reader, now: number): SeenCase | undefined {
    const view = this.#book.caseOf(id, now);
    return view && maySee(reader, view.row.clinics) ? this.show(view, reader) : undefined;
  }

  /** Those that ids beginning so lead to: their own, and those of incidents that touch a clinic of theirs. Whether another incident has an id is nothing that they learn. */
  beginning(prefix: string, reader: Reader, now: number): readonly SeenCase[] {
    const seen = this.#book.casesBeginning(prefix, now).flatMap((id) => this.of(id, reader, now) ?? []);
    return seen.filter(
      (one) => one.row.case_id.startsWith(prefix) || one.incidents.some(({ incident_id }) => incident_id.startsWith(prefix)),
    );
  }

  /** A case that is known already, which they have just acted on. */
  show(view: CaseView, reader: Reader): SeenCase {
    return new SeenCase(view, reader, this.#tools);
  }
}
