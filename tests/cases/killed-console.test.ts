import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ClickHouseClient } from '@clickhouse/client';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { spawnMigrated } from '#libs/access-store/clickhouse/migrated-store.fixture.js';
import { ChainCheck, type ChainFindings } from '#libs/audit/chain-check.js';
import { type AuditRow, auditRow } from '#libs/contracts/audit-row.js';
import { CaseBook } from '#libs/cases/case-book.js';
import { caseAction } from '#libs/contracts/case-action.js';
import { type CaseRow, caseRow } from '#libs/contracts/case-row.js';
import { incidentChange, type IncidentChange } from '#libs/contracts/incident.js';
import { partitionOf, topics } from '#libs/contracts/topics.js';
import { portOffsets } from '#libs/contracts/vocabulary.js';
import { openEventLog } from '#libs/event-log/open.js';
import { embeddedPartitions } from '#libs/event-log/limits.js';
import type { EventLog, Frame, TopicPartition } from '#libs/event-log/port.js';
import { systemClock } from '#libs/runtime/clock.js';
import { commonConfig, readConfig } from '#libs/runtime/config.js';
import { Health } from '#libs/runtime/health.js';
import { silentLog } from '#libs/runtime/log.js';
import { compiledModule, projectRoot } from '#libs/runtime/paths.js';
import { aChange, anIncidentId } from '#libs/testkit/case-records.js';
import { freePortBase } from '#libs/testkit/free-ports.js';
import { casesOf } from '#libs/testkit/measures/long-run.js';
import { developmentConsoleToken } from '#services/console/users/development-token.js';
import type { SpawnedClickHouse } from '#services/clickhouse/spawn.js';

const kills = casesOf(4, 50);
const dataDir = mkdtempSync(join(tmpdir(), 'vigie-killed-console-'));

describe('a console that is killed in the middle of a day', () => {
  let server: SpawnedClickHouse;
  let client: ClickHouseClient;
  let log: EventLog;
  let killed: KilledConsole;
  beforeAll(async () => {
    ({ server, client } = await spawnMigrated({ directory: join(dataDir, 'store') }));
    const config = readConfig(commonConfig, { VIGIE_DATA_DIR: dataDir });
    const signal = new AbortController().signal;
    const tools = {
      name: 'test',
      topics: [topics.incidents, topics.actions, topics.audit],
      clock: systemClock,
      logger: silentLog,
      health: new Health(),
      signal,
    };
    log = await openEventLog(config, tools);
    const env = { CLICKHOUSE_URL: server.url, CLICKHOUSE_USER: server.user, CLICKHOUSE_PASSWORD: server.password };
    killed = new KilledConsole(await freePortBase(), env);
  });
  afterAll(async () => {
    await killed.end();
    await log.close();
    await client.close();
    await server.end('SIGTERM');
    rmSync(dataDir, { recursive: true, force: true });
  });

  it('has lost nothing and done nothing twice: the log, its answers and the store say the same', async () => {
    const tell = (change: IncidentChange) =>
      log.append(
        { topic: topics.incidents, partition: partitionOf(change.group_id, change.actor_id, embeddedPartitions) },
        Buffer.from(`${JSON.stringify(change)}\n`),
      );
    for (let done = 0, day = 0; done < kills; day += 1)
      for (const step of aDay(`day ${day}`)) {
        if ('change_id' in step) {
          await tell(step);
          // What people do to a case follows from what they see of it.
          await killed.shows(step);
        }
        // Some die before the action is in the log, some after it, some not at all.
        else await killed.act(step.id, step.body, `${day}`, done < kills ? (done++ * 7) % 40 : undefined);
      }
    const folded = (await foldOf(log)).rows(systemClock.now());
    expect(folded.length).toBeGreaterThan(0);
    // Its reader may see every clinic: nothing of a case is of others.
    expect(await killed.cases()).toEqual(folded.map((row) => ({ ...row, other_clinics: 0 })));
    expect(await storedCases(client, folded)).toEqual(folded.toSorted(byId));
    // Whatever was answered before a kill is in the audit, and no chain that a kill ended has a gap.
    const { chains, given } = await auditOf(log);
    expect(chains.filter(({ bad }) => bad)).toEqual([]);
    expect(chains.length).toBeGreaterThan(1);
    expect(given).toBeGreaterThanOrEqual(killed.given);
  });
});

interface Act {
  readonly id: string;
  readonly body: object;
}

/** Opened, taken, given, grown, linked, resolved, grown again: what happens to two incidents of a day. */
function aDay(name: string): readonly (IncidentChange | Act)[] {
  const other = `${name} other`;
  const now = new Date(systemClock.now()).toISOString();
  const change = (incident: string, version: number, patients: number) =>
    aChange(incident, version, { changed_at: now, detected_at: now, patients, actor_id: `account of ${incident}` });
  return [
    change(name, 1, 40),
    act(name, { type: 'case.acknowledged' }),
    act(name, { type: 'case.assigned', owner: 'b.leroy' }),
    change(name, 2, 400),
    change(other, 1, 50),
    act(name, { type: 'case.linked', incident_ids: [anIncidentId(other)] }),
    act(other, { type: 'case.noted', text: 'asked the ward' }),
    act(name, { type: 'case.resolved', verdict: 'authorised', reason: 'a recall' }),
    change(name, 3, 5_000),
    act(name, { type: 'case.resolved', verdict: 'test', reason: 'ours' }),
    act(name, { type: 'case.reopened', reason: 'it was not' }),
  ];
}

function act(incident: string, body: object): Act {
  return { id: anIncidentId(incident), body };
}

/** A console as a process, started again whenever it is gone. */
class KilledConsole {
  #child: ChildProcess | undefined;
  #keys = 0;
  /** Answers with 200 that came. */
  given = 0;

  constructor(
    private readonly portBase: number,
    private readonly env: Readonly<Record<string, string>>,
  ) {}

  /** Asks until it is known to be done, always by the same key; kills the process once, so long after the first asking. */
  async act(id: string, body: object, day: string, killAfterMs: number | undefined): Promise<void> {
    const key = `${day}-${(this.#keys += 1)}`;
    await this.#ready();
    const first = this.#ask('POST', `/v1/cases/${id}/actions`, body, key);
    if (killAfterMs !== undefined) {
      await systemClock.sleep(killAfterMs);
      await this.end('SIGKILL');
    }
    for (let answer = await first; ; answer = await this.#ask('POST', `/v1/cases/${id}/actions`, body, key)) {
      if (answer?.status === 200) return;
      if (answer && answer.status !== 503) throw new Error(`answered ${answer.status} ${await answer.text()}`);
      await this.#ready();
    }
  }

  /** Resolves when the console has read a change. */
  async shows({ incident_id: id, patients }: IncidentChange): Promise<void> {
    await this.#ready();
    for (;;) {
      const answer = await this.#ask('GET', `/v1/cases/${id}`);
      const body = answer?.status === 200 ? ((await answer.json()) as { case: CaseRow }) : undefined;
      if (body && body.case.patients >= patients) return;
      await systemClock.sleep(5);
    }
  }

  async cases(): Promise<readonly CaseRow[]> {
    await this.#ready();
    const rows: CaseRow[] = [];
    for (let cursor = ''; ;) {
      const answer = await this.#ask('GET', `/v1/cases${cursor && `?cursor=${cursor}`}`);
      const body = (await answer?.json()) as { cases: CaseRow[]; next: string | null };
      rows.push(...body.cases);
      if (body.next === null) return rows;
      cursor = body.next;
    }
  }

  async end(signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    if (!child || child.exitCode !== null) return;
    const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
    child.kill(signal);
    await gone;
  }

  async #ask(method: string, path: string, body?: object, key?: string): Promise<Response | undefined> {
    const headers = {
      authorization: `Bearer ${developmentConsoleToken(dataDir)}`,
      ...(body && { 'content-type': 'application/json' }),
      ...(key && { 'idempotency-key': key }),
    };
    const init = { method, headers, ...(body && { body: JSON.stringify(body) }) };
    const answer = await fetch(`${this.#url}${path}`, init).catch(() => undefined);
    if (answer?.status === 200) this.given += 1;
    return answer;
  }

  get #url(): string {
    return `http://127.0.0.1:${this.portBase + portOffsets.console}`;
  }

  async #ready(): Promise<void> {
    this.#child ??= spawn(process.execPath, [compiledModule('services/console/main')], {
      cwd: projectRoot,
      stdio: 'ignore',
      env: { ...process.env, NODE_OPTIONS: '', VIGIE_PORT_BASE: String(this.portBase), VIGIE_DATA_DIR: dataDir, ...this.env },
    });
    while (!(await fetch(`${this.#url}/health/ready`).catch(() => undefined))?.ok) await systemClock.sleep(20);
  }
}

/** The definition: everything that lies in the two topics, folded here. */
async function foldOf(log: EventLog): Promise<CaseBook> {
  const book = new CaseBook();
  await readAll(log, [topics.incidents, topics.actions], (topic, line) => {
    if (topic === topics.incidents) book.addChange(incidentChange.parse(line));
    else book.addAction(caseAction.parse(line));
  });
  return book;
}

/** What is found of each chain of the audit, and how many answers with 200 stand in them. */
async function auditOf(log: EventLog): Promise<{ readonly chains: readonly ChainFindings[]; readonly given: number }> {
  const rows = new Map<string, AuditRow>();
  await readAll(log, [topics.audit], (_topic, line) => {
    const row = auditRow.parse(line);
    rows.set(row.audit_id, row);
  });
  const checks = new Map<string, ChainCheck>();
  for (const row of [...rows.values()].toSorted((a, b) => a.number - b.number)) {
    const check = checks.get(row.chain_id) ?? new ChainCheck(row.chain_id);
    checks.set(row.chain_id, check);
    check.take(row);
  }
  const given = [...rows.values()].filter(({ status }) => status === 200).length;
  return { chains: [...checks.values()].map(({ findings }) => findings), given };
}

async function readAll(log: EventLog, all: readonly string[], take: (topic: string, line: unknown) => void): Promise<void> {
  const left = new Map<string, number>();
  const membership = await log.join(
    { group: `definition ${all.join()}`, topics: all, batchBytesMax: 1024 * 1024 },
    {
      assigned: async (at, { end }) => {
        left.set(nameOf(at), end);
        return 'earliest';
      },
      frames: async (at, frames: readonly Frame[]) => {
        for (const line of frames.flatMap(({ bytes }) => bytes.toString().split('\n').filter(Boolean)))
          take(at.topic, JSON.parse(line));
        if ((frames.at(-1)?.offset ?? -1) + 1 >= (left.get(nameOf(at)) ?? 0)) left.set(nameOf(at), 0);
      },
      poison: async (_at, _frame, cause) => {
        throw cause;
      },
      revoked: async () => {},
    },
  );
  while (left.size < all.length * embeddedPartitions || [...left.values()].some((end) => end > 0)) await systemClock.sleep(5);
  await membership.leave();
}

function nameOf({ topic, partition }: TopicPartition): string {
  return `${topic}/${partition}`;
}

/** What the view shows, once it shows the newest. */
async function storedCases(client: ClickHouseClient, wanted: readonly CaseRow[]): Promise<readonly CaseRow[]> {
  for (let tries = 0; ; tries += 1) {
    const answer = await client.query({
      query: 'SELECT * FROM vigie.cases',
      format: 'JSONEachRow',
      clickhouse_settings: { date_time_output_format: 'iso', output_format_json_quote_64bit_integers: 0 },
    });
    const rows = (await answer.json()).map((row) => caseRow.parse(row)).toSorted(byId);
    if (tries > 100 || JSON.stringify(rows) === JSON.stringify(wanted.toSorted(byId))) return rows;
    await systemClock.sleep(100);
  }
}

function byId(one: CaseRow, other: CaseRow): number {
  return one.case_id < other.case_id ? -1 : 1;
}
