import type { SourceEvent } from '../hospital/event.js';
import { localDayOf } from '../hospital/local-time.js';

interface Day {
  readonly role: string;
  readonly patients: Set<string>;
  events: number;
}

export interface RoleFigures {
  readonly role: string;
  /** Accounts times days on which they did something. */
  readonly accountDays: number;
  readonly events: number;
  readonly medianPatients: number;
  readonly mostPatients: number;
  /** Whose day that was. */
  readonly mostOf: string;
}

/** Events and distinct patients that accounts touch a day, by role. Memory: the patients of one day; older days are counts. */
export class Statistics {
  readonly #finished = new Map<string, { events: number; readonly patients: (readonly [number, string])[] }>();
  #open = new Map<string, Day>();
  #day = -1;

  note({ time, actor_id, actor_role, patient_ids }: SourceEvent): void {
    const day = localDayOf(Date.parse(time));
    if (day !== this.#day) this.#close();
    this.#day = day;
    const entry: Day = this.#open.get(actor_id) ?? { role: actor_role, patients: new Set(), events: 0 };
    this.#open.set(actor_id, entry);
    entry.events += 1;
    for (const name of patient_ids) entry.patients.add(typeof name === 'string' ? name : `${name.authority}|${name.id}`);
  }

  figures(): readonly RoleFigures[] {
    this.#close();
    return [...this.#finished].map(([role, { events, patients }]) => {
      const sorted = patients.toSorted((a, b) => a[0] - b[0]);
      const [mostPatients, mostOf] = sorted.at(-1) ?? [0, ''];
      const [medianPatients] = sorted[Math.floor(sorted.length / 2)] ?? [0, ''];
      return { role, accountDays: sorted.length, events, medianPatients, mostPatients, mostOf };
    });
  }

  #close(): void {
    for (const [actor, { role, patients, events }] of this.#open) {
      const total = this.#finished.get(role) ?? { events: 0, patients: [] };
      this.#finished.set(role, total);
      total.events += events;
      total.patients.push([patients.size, actor]);
    }
    this.#open = new Map();
  }
}

/** The figures as a table for a person. */
export function statisticsTable(figures: readonly RoleFigures[]): string {
  const head = ['role', 'account-days', 'events', 'patients: median', 'most', 'of'];
  const rows = figures.map((one) =>
    [one.role, one.accountDays, one.events, one.medianPatients, one.mostPatients, one.mostOf].map(String),
  );
  const widths = head.map((title, column) => Math.max(title.length, ...rows.map((row) => (row[column] ?? '').length)));
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, column) =>
        column === 0 || column === 5 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0),
      )
      .join('  ');
  return [head, ...rows].map(line).join('\n');
}
