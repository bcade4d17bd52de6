// windows/: what rules saw when they fired, for people who ask why.
// Every query is a file beside it.

import { readFileSync } from 'node:fs';
import type { ClickHouseClient } from '@clickhouse/client';
import { z } from 'zod';
import { jsonRows } from '../clickhouse/json-rows.js';
import { selectionsOf } from '../selections/selection-expressions.js';
import { subjectSql } from '../clickhouse/subject-sql.js';
import { literalSql } from '../clickhouse/literal-sql.js';
import { type ShownAccess, shownAccess, type WindowQuery } from '../incidents/incident-reader.js';

const sql = (name: string) => readFileSync(new URL(`./${name}.sql`, import.meta.url), 'utf8');
const queries = { figures: sql('window-figures'), page: sql('window-page') } as const;
const failure = 'the window of a rule cannot be read';

const count = z.int().nonnegative();
const windowFigures = z.object({
  /** Rows: an event times a patient. */
  accesses: count,
  events: count,
  patients: count,
  clinics: count,
  addresses: count,
  sessions: count,
  /** Accesses by action. */
  actions: z.record(z.string(), count),
});

/** The window in which a rule first held, `(fromMs, toMs]`, of the clinics that are named; of all where `clinics` is empty. */
export type RuleWindow = Omit<WindowQuery, 'limit'> & { readonly clinics: readonly string[] };

export type WindowFigures = z.infer<typeof windowFigures> & {
  /** The query that lists its accesses, with the values in it: for who goes on in ClickHouse. */
  readonly sql: string;
};

/** The last access that was given. */
export interface AccessPlace {
  readonly timeMs: number;
  readonly eventId: string;
  readonly patientId: string;
}
export const firstAccess: AccessPlace = { timeMs: 0, eventId: '', patientId: '' };

/** What rules saw when they fired, as the store has it, which follows the log within seconds. Rejects with `Transient`. */
export class RuleWindows {
  constructor(private readonly client: ClickHouseClient) {}

  /** Undefined where the store does not know the selection. */
  async figures(window: RuleWindow): Promise<WindowFigures | undefined> {
    const selected = await this.#selected(window);
    if (selected === undefined) return undefined;
    const [row] = await this.#rows(selected(queries.figures), paramsOf(window), windowFigures);
    if (!row) throw new Error('an aggregate without a row');
    const params = { ...paramsOf(window), ...placeParams(firstAccess), limit: 1_000 };
    return { ...row, sql: literalSql(selected(queries.page), params) };
  }

  /** At most `limit` accesses behind a place, in order of time; none where the store does not know the selection. */
  async page(window: RuleWindow, place: AccessPlace, limit: number): Promise<readonly ShownAccess[]> {
    const selected = await this.#selected(window);
    if (selected === undefined) return [];
    return this.#rows(selected(queries.page), { ...paramsOf(window), ...placeParams(place), limit }, shownAccess);
  }

  /** What makes a query one of the accesses that the rule selects. */
  async #selected({ selectionId, subject }: RuleWindow): Promise<((query: string) => string) | undefined> {
    const [known] = await selectionsOf(this.client, [selectionId], failure);
    return (
      known &&
      ((query) => query.replace('{{subject}}', () => subjectSql(subject)).replace('{{selected}}', () => known.expression))
    );
  }

  #rows<Row>(query: string, params: Readonly<Record<string, unknown>>, shape: z.ZodType<Row>): Promise<readonly Row[]> {
    return jsonRows(this.client, { query, params, shape, failure });
  }
}

function paramsOf({ groupId, actorId, fromMs, toMs, clinics }: RuleWindow) {
  return { group: groupId, actor: actorId, from: fromMs, to: toMs, clinics };
}

function placeParams({ timeMs, eventId, patientId }: AccessPlace) {
  return { after_time: timeMs, after_event: eventId, after_patient: patientId };
}
