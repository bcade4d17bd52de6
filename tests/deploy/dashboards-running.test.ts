import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { copyMigrated } from '#libs/access-store/clickhouse/migrated-store.fixture.js';
import { portOffsets } from '#libs/contracts/vocabulary.js';
import { isoOf, systemClock } from '#libs/runtime/clock.js';
import { type Choice, expandPromql, expandSql, panelQueries } from '#libs/testkit/dashboards.js';
import { freePortBase } from '#libs/testkit/free-ports.js';
import { RunningVigie, startMsMax } from '#libs/testkit/running-vigie.js';
import { withPrometheus } from './prometheus-tools.js';
import { type RunningPrometheus, startPrometheus } from './running-prometheus.js';

const portBase = await freePortBase();
const dataDir = mkdtempSync(join(tmpdir(), 'vigie-dashboards-'));
const events = 50;
const scrapedMsMax = 120_000;
/** What Prometheus has not scraped yet it need not be asked for. */
const scrapedEveryMs = 1_000;
const queries = ['operations', 'analysts'].flatMap((name) =>
  panelQueries(readFileSync(`deploy/grafana/dashboards/${name}.json`, 'utf8')),
);
const now = systemClock.now();
/** To an hour from now: events are received once the system is up, which takes minutes on a machine with much else to do. */
const choice: Choice = { fromMs: now - 3_600_000, toMs: now + 3_600_000, intervalSeconds: 10, variables: {} };
/** What one source that sends fifty good events must show on the running system. */
const mustShow = ['Processes down', 'Events received', 'Events received, by source', 'Requests, by status', 'Request duration', 'Append duration',
  'Rows scored', 'Decision delay', 'Rows stored, by table and source', 'Store delay', 'Events not yet accounted for', 'Processor', 'Memory', 'Event loop',
] as const; // prettier-ignore

describe('both dashboards, over the running system', () => {
  let vigie: RunningVigie;
  beforeAll(async () => {
    await copyMigrated(dataDir);
    vigie = await RunningVigie.start({ portBase, dataDir });
    await vigie.post(accesses(0));
  }, 2 * startMsMax);
  afterAll(async () => {
    await vigie.stop();
    rmSync(dataDir, { recursive: true, force: true });
  });

  withPrometheus('prometheus', 'every PromQL query is answered, and what has happened is seen', async (path) => {
    const prometheus = await startPrometheus({ path, port: portBase + 15, ports: (service) => portBase + portOffsets[service] });
    try {
      await vigie.post(accesses(events));
      await stored(2 * events);
      // What was counted last has a rate after two scrapes.
      const deadline = systemClock.monotonic() + scrapedMsMax;
      let missing = await notShown(prometheus);
      while (missing.length > 0 && systemClock.monotonic() < deadline) {
        await systemClock.sleep(scrapedEveryMs);
        missing = await notShown(prometheus);
      }
      expect(missing).toEqual([]);
    } finally {
      await prometheus.stop();
    }
  });

  it('every SQL query is answered, and the books show the source', async () => {
    await stored(events);
    for (const { text, language } of queries) if (language === 'sql') await vigie.sql(expandSql(text, choice));
    const books = queries.find(({ panel }) => panel === 'Per source');
    expect(await vigie.sql(expandSql(books?.text ?? '', choice))).toEqual([expect.objectContaining({ source: 'test' })]);
  });

  /** Resolves when ClickHouse has at least so many rows. */
  async function stored(rows: number): Promise<void> {
    await vigie.until(
      () => vigie.sql('SELECT count() AS rows FROM vigie.accesses'),
      ([found]) => Number(found?.['rows']) >= rows,
    );
  }
});

/** Asks every panel's query; the titles of those that should show something and do not. */
async function notShown(prometheus: RunningPrometheus): Promise<readonly string[]> {
  const titles = new Set(queries.map(({ panel }) => panel));
  expect(mustShow.filter((panel) => !titles.has(panel))).toEqual([]); // a panel that was renamed is no silence
  const shown = new Set<string>();
  for (const { panel, text } of queries.filter(({ language }) => language === 'promql'))
    if ((await prometheus.ask(expandPromql(text, choice))).length > 0) shown.add(panel);
  return mustShow.filter((panel) => !shown.has(panel));
}

function accesses(first: number): readonly object[] {
  return Array.from({ length: events }, (_, index) => ({
    id: `e-${first + index}`,
    time: isoOf(now - 60_000 + first + index),
    clinic_id: '750300123',
    actor_id: 'dr.martin',
    action: 'read',
    patient_ids: [`P-${(first + index) % 10}`],
  }));
}
