import { readFileSync } from 'node:fs';
import { z } from 'zod';
import type { Clock } from '#libs/runtime/clock.js';
import type { CommonConfig } from '#libs/runtime/config.js';
import type { SummaryFacts } from './summary.js';

/** The figures have settled when two looks this far apart see the same, milliseconds. */
const lookEveryMs = 1_500;
const looksMax = 60;

const storedQuery = readFileSync(new URL('./demo-stored.sql', import.meta.url), 'utf8');
const growthQuery = readFileSync(new URL('./demo-growth.sql', import.meta.url), 'utf8');
const incidentsQuery = readFileSync(new URL('./demo-incidents.sql', import.meta.url), 'utf8');

const row = z.object({
  incident_id: z.string(),
  actor_id: z.string(),
  fired: z.coerce.number(),
  title: z.string(),
  patients_at_detection: z.coerce.number(),
  patients: z.coerce.number(),
  clinics: z.coerce.number(),
  last_time: z.coerce.number(),
});

/** What the summary asks of ClickHouse, over its HTTP interface as an analyst would. */
export class DemoStore {
  constructor(
    private readonly url: string,
    private readonly config: Pick<CommonConfig, 'CLICKHOUSE_USER' | 'CLICKHOUSE_PASSWORD'>,
    private readonly clock: Clock,
  ) {}

  /** Resolves when every event is stored and the incidents have stopped growing. */
  async settled(events: number, signal: AbortSignal): Promise<void> {
    let before = '';
    for (let look = 0; look < looksMax; look += 1) {
      const [stored] = await this.#ask(storedQuery);
      const now = JSON.stringify(await this.#ask(growthQuery));
      if (Number(stored?.['events']) >= events && now === before) return;
      before = now;
      await this.clock.sleep(lookEveryMs, signal);
    }
    throw new Error('the store has not caught up with what was accepted: see the log of the archiver');
  }

  async incidents(
    actors: readonly string[],
  ): Promise<{ readonly mine: SummaryFacts['incident'] | undefined; readonly others: number }> {
    const rows = z.array(row).parse(await this.#ask(incidentsQuery));
    const found = rows.find((one) => actors.includes(one.actor_id));
    const mine = found && {
      id: found.incident_id,
      actorId: found.actor_id,
      fired: found.fired,
      title: found.title,
      patientsAtDetection: found.patients_at_detection,
      patients: found.patients,
      clinics: found.clinics,
      lastTime: found.last_time,
    };
    return { mine, others: rows.filter((one) => one !== found).length };
  }

  async #ask(query: string): Promise<readonly Record<string, unknown>[]> {
    const headers = { 'x-clickhouse-user': this.config.CLICKHOUSE_USER, 'x-clickhouse-key': this.config.CLICKHOUSE_PASSWORD };
    const answer = await fetch(`${this.url}/?default_format=JSON`, { method: 'POST', body: query, headers });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`ClickHouse answered ${answer.status}: ${text.slice(0, 300)}`);
    return z.object({ data: z.array(z.record(z.string(), z.unknown())) }).parse(JSON.parse(text)).data;
  }
}
