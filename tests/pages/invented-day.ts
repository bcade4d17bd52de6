import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MemoryLists } from '#libs/access-store/memory/memory-lists.js';
import type { IncidentChange } from '#libs/contracts/incident.js';
import type { DossierSnapshot } from '#libs/contracts/dossier.js';
import { aDossierInput } from '#libs/dossier/dossier.fixture.js';
import type { MemoryLog } from '#libs/event-log/memory/memory-log.js';
import { routingText } from '#libs/routing/routing.fixture.js';
import { isoOf, systemClock } from '#libs/runtime/clock.js';
import { aChange, anIncidentId } from '#libs/testkit/case-records.js';
import { projectRoot } from '#libs/runtime/paths.js';
import { freePortBase } from '#libs/testkit/free-ports.js';
import { newLog, tell } from '#services/console/console-log.fixture.js';
import { RunningConsole } from '#services/console/console.fixture.js';
import { pagesForTests } from '#services/console/pages/pages.fixture.js';

/** A rule of those that Vigie brings along. */
const ruleId = '5b0f6f0e-1c1e-4f0e-9d0a-2d6a3f6f7a10';
const ruleTitle = 'Many patients in several clinics within ten minutes';

/** A console that browsers reach, and what it is over. */
export interface Day {
  readonly one: RunningConsole;
  readonly log: MemoryLog;
  readonly url: string;
  readonly port: number;
  /** Of the theft of the day. */
  readonly id: string;
  /** Every page by a name, as somebody who may see all of them finds it. */
  readonly routes: Readonly<Record<string, string>>;
  readonly end: () => Promise<void>;
}

const routesWithoutCases = {
  cases: '/?status=any',
  rules: '/rules',
  runbook: '/runbooks/mass-access',
  mutes: '/mutes',
  exceptions: '/exceptions',
  leaks: '/leaks',
  oncall: '/oncall',
  feeds: '/feeds',
  books: '/books',
  audit: '/audit',
  me: '/me',
} as const;

/** A console over a theft that goes on, a false alarm that was resolved, and everything that the pages beside show. */
export async function aFullDay(): Promise<Day> {
  const { one, log, url, port, end } = await served(true, [
    told('old', 3_000, { actor_id: 'secr.ndb', patients: 12, level: 'medium' }),
    told('a', 5, { level: 'critical', patients: 6_400 }),
  ]);
  const id = anIncidentId('a');
  await one.act(anIncidentId('old'), { type: 'case.resolved', verdict: 'false_positive', reason: 'a round of the archive' }, 'k');
  await one.act(id, { type: 'case.noted', text: 'USIC 3' }, 'n');
  one.feeds.seen = { at: systemClock.now(), isOld: false, sources: [aFeed('ndb-dpi', 'silent'), aFeed('aleo-dpi', 'ok')] };
  one.patients.invent(232);
  one.shelf.made = aDossierInput();
  one.shelf.freezes = aSnapshot(1);
  await one.ask('POST', `/v1/cases/${id}/dossier/750300123/freeze`, 'dpo', { kind: 'initial' }, { 'idempotency-key': 'first' });
  one.shelf.freezes = aSnapshot(2);
  await one.ask(
    'POST',
    '/v1/mutes',
    'dpo',
    { group_id: 'aleo', clinic_id: '750300123', owner: 'it', reason: 'migration', ends_at: inHours(3) },
    { 'idempotency-key': 'm' },
  );
  const begun = await one.ask('POST', '/v1/backtests', 'dpo', {
    rule_id: ruleId,
    from: '2026-01-01T00:00:00.000Z',
    to: '2026-01-08T00:00:00.000Z',
    threshold: 90,
  });
  one.backtest.end(foundOne(id));
  const { id: backtest } = begun.body['backtest'] as { readonly id: string };
  const [leak] = one.desk.past;
  const ofCase = {
    case: '',
    timeline: '/timeline',
    clinics: '/clinics',
    patients: '/patients',
    why: '/why',
    dossier: '/dossier',
  };
  const routes = {
    ...routesWithoutCases,
    ...Object.fromEntries(Object.entries(ofCase).map(([name, below]) => [name, `/cases/${id}${below}`])),
    print: `/print/cases/${id}`,
    account: '/accounts/aleo/dr.martin',
    rule: `/rules/${ruleId}`,
    'rule-runbook': `/rules/${ruleId}/runbook`,
    backtest: `/backtests/${backtest}`,
    leak: `/leaks/${leak?.leak_id ?? ''}`,
    nowhere: '/cases/ffff',
    'no-page': '/cases/ffff/what/is',
  };
  return { one, log, url, port, id, routes, end };
}

/** A console over nothing at all: its store answers, and is empty. */
export async function anEmptyDay(): Promise<Day> {
  const { one, log, url, port, end } = await served(false, []);
  one.feeds.seen = { at: systemClock.now(), isOld: false, sources: [] };
  one.desk.days = [];
  one.desk.attempts = [];
  one.desk.past = [];
  return { one, log, url, port, id: '', routes: routesWithoutCases, end };
}

async function served(hasRouting: boolean, changes: readonly IncidentChange[]) {
  pagesForTests();
  const folder = mkdtempSync(join(tmpdir(), 'vigie-pages-day-'));
  const routing = join(folder, 'routing.yml');
  writeFileSync(routing, routingText);
  const log = newLog();
  await tell(log, ...changes);
  // The rules of Vigie, and an exception of a house.
  const rules = join(folder, 'rules');
  cpSync(join(projectRoot, 'rules'), rules, { recursive: true });
  if (hasRouting) writeFileSync(join(rules, 'exception.yml'), exceptionText());
  const more = { VIGIE_RULES_DIR: rules, ...(hasRouting && { VIGIE_ROUTING_FILE: routing }) };
  const one = await RunningConsole.start(log.connect(), 20_000, new MemoryLists(), more);
  const port = await freePortBase();
  await one.app.listen(port, '127.0.0.1');
  const end = async () => {
    await one.stop();
    rmSync(folder, { recursive: true, force: true });
  };
  return { one, log, url: `http://127.0.0.1:${port}`, port, end };
}

/** Archivists may read much for a month. */
function exceptionText(): string {
  return `title: Archive 12\nname: exception_archive\nlogsource: { product: ehr }\nfilter:\n  rules: ['${ruleId}']\n  selection: { group_id: aleo, actor_id: archive.1 }\n  condition: not selection\nvigie: { expires: '${inHours(24 * 20).slice(0, 10)}', owner: b.leroy, reason: archive 12 }\n`;
}

/** An incident of the invented day, told so many minutes ago. */
export function told(name: string, minutes: number, given: Partial<IncidentChange> = {}, version = 1): IncidentChange {
  const times = {
    first_time: minutesAgo(minutes + 12),
    last_time: minutesAgo(minutes),
    detected_at: minutesAgo(minutes),
    changed_at: minutesAgo(minutes),
  };
  const match = {
    rule_id: ruleId,
    title: ruleTitle,
    level: given.level ?? 'high',
    value: 40,
    threshold: 40,
    spread: 2,
    spread_threshold: 2,
    timespan_seconds: 600,
    first_fired: minutesAgo(minutes + 2),
    last_fired: minutesAgo(minutes),
  } as const;
  return aChange(name, version, {
    ...times,
    rules: [ruleId],
    rule_matches: [match],
    clinics: ['750300123', '750300124'],
    ...given,
  });
}

/** A frozen list of so many patients more than the one before. */
export function aSnapshot(number: number): DossierSnapshot {
  const digest = 'a'.repeat(64);
  return {
    snapshot_id: '',
    group_id: 'aleo',
    case_id: '',
    controller_id: '',
    number,
    kind: 'initial',
    frozen_at: minutesAgo(0),
    frozen_by: '',
    scope_version: 0,
    patients: 60 + number,
    exposed: 55 + number,
    per_tier: {},
    unnamed_records: 0,
    list_sha256: digest,
    manifest: '{}',
    manifest_sha256: digest,
    previous_sha256: '',
  };
}

function aFeed(source: string, state: 'ok' | 'silent') {
  const figures = {
    events_hour: 0,
    events_day: 1_204,
    habit_hour: 80,
    without_patient: 0,
    without_human: 0,
    dated_ahead: 0,
    delay_seconds: 1.2,
  };
  return {
    group_id: 'aleo',
    source,
    state,
    last_time: minutesAgo(3),
    last_received: minutesAgo(3),
    set_aside: { unreadable_patient: 2 },
    lacks: [],
    ...figures,
  };
}

function foundOne(id: string) {
  const base = {
    group_id: 'aleo',
    subject_kind: 'account',
    earlier_seconds: 0,
    more_patients: 0,
    actor_id: 'dr.martin',
  } as const;
  const times = { first_time: '2026-01-05T09:00:00.000Z', last_time: '2026-01-05T09:01:00.000Z' };
  const present = [{ incident_id: id, level: 'critical', ...times, patients: 40, rules: [ruleId] }];
  return {
    summary: { rows: 182_000, seconds: 2.1, new: 0, gone: 1, same: 0, earlier: 0, later: 0 },
    incidents: [{ ...base, kind: 'gone' as const, tried: [], present }],
  };
}

function minutesAgo(minutes: number): string {
  return isoOf(systemClock.now() - minutes * 60_000);
}

function inHours(hours: number): string {
  return minutesAgo(-60 * hours);
}
