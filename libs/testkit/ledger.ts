import { parseVigieEvent } from '#libs/formats/vigie/parse-event.js';
import { isoText } from '#libs/formats/time.js';
import { type SourceContext, toRows } from '#libs/formats/to-rows.js';

/** What identifies a row: `SELECT event_id, patient_id FROM vigie.accesses` gives them. */
export interface RowKey {
  readonly event_id: string;
  readonly patient_id: string;
}

/** Rows by what is wrong with them; each list is cut at `shownMax`, the counts are not. */
export interface Differences {
  /** Acknowledged, and not there: the promise is broken. */
  readonly lost: Found;
  /** There more than once. */
  readonly doubled: Found;
  /** There, and never sent. */
  readonly unknown: Found;
}
export interface Found {
  readonly count: number;
  readonly rows: readonly RowKey[];
}

const shownMax = 10;

/**
 * The oracle of every test that breaks things: it notes what was sent and what was acknowledged, and compares with what is stored. A row
 * that was sent but never acknowledged may be there or not.
 */
export class Ledger {
  /** True once acknowledged. */
  readonly #rows = new Map<string, boolean>();

  /** Before a request goes out. */
  sent(rows: Iterable<RowKey>): void {
    for (const row of rows) if (!this.#rows.has(textOf(row))) this.#rows.set(textOf(row), false);
  }

  /** Once it has been answered with 200: from now on the rows may never be missing. */
  acknowledged(rows: Iterable<RowKey>): void {
    for (const row of rows) this.#rows.set(textOf(row), true);
  }

  /** Rows that must be there. */
  get owed(): number {
    let owed = 0;
    for (const isAcknowledged of this.#rows.values()) if (isAcknowledged) owed += 1;
    return owed;
  }

  compare(stored: Iterable<RowKey>): Differences {
    const seen = new Set<string>();
    const doubled = new Findings();
    const unknown = new Findings();
    for (const row of stored) {
      const text = textOf(row);
      if (seen.has(text)) doubled.add(row);
      else if (!this.#rows.has(text)) unknown.add(row);
      seen.add(text);
    }
    const lost = new Findings();
    for (const [text, isAcknowledged] of this.#rows) if (isAcknowledged && !seen.has(text)) lost.add(keyOf(text));
    return { lost: lost.found(), doubled: doubled.found(), unknown: unknown.found() };
  }
}

/**
 * The rows that an event in Vigie's own format must become under a source's credential and keys. Throws when the event is none, which is
 * a mistake of the test.
 */
export function rowKeysOf(event: object, source: SourceContext): readonly RowKey[] {
  const parsed = parseVigieEvent(event);
  if (parsed.kind === 'rejected') throw new Error(`not an event: ${parsed.field} ${parsed.detail}`);
  // When it arrives tells nothing of the keys: the event id stands for the time that the source gave.
  return toRows(parsed.value, source, isoText(parsed.value.timeMs), event).map(({ event_id, patient_id }) => ({
    event_id,
    patient_id,
  }));
}

class Findings {
  #count = 0;
  readonly #rows: RowKey[] = [];

  add(row: RowKey): void {
    this.#count += 1;
    if (this.#rows.length < shownMax) this.#rows.push({ event_id: row.event_id, patient_id: row.patient_id });
  }
  found(): Found {
    return { count: this.#count, rows: this.#rows };
  }
}

function textOf({ event_id, patient_id }: RowKey): string {
  return `${event_id} ${patient_id}`;
}

function keyOf(text: string): RowKey {
  const [event_id = '', patient_id = ''] = text.split(' ');
  return { event_id, patient_id };
}
