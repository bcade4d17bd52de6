/**
 * The first page beside 20,000 events a second: `GET /v1/summary` and `GET /v1/cases` as pages ask for them, and how long after its detection a theft stands
 * in an open browser. Goals: the 95th percentile of the summary below 100 ms, a theft there within 2 s. Everything runs on this machine, load and browser too:
 * what the load was, and what of it was taken, is printed, and so are the same figures before it (the ratio), and the processor's time of the console.
 * Thirty seconds each, or BENCH_SECONDS; BENCH_RATE for another load.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { type Browser, chromium, type Page } from 'playwright-core';
import { projectRoot } from '#libs/runtime/paths.js';
import { RunningVigie } from '#libs/testkit/running-vigie.js';
import { developmentConsoleToken } from '#services/console/users/development-token.js';
import { requestOf } from '../process/http-lanes.js';
import { SteadyLoad } from '../process/steady-load.js';
import { report } from '../yardstick/report.js';

const seconds = Number(process.env['BENCH_SECONDS'] ?? 30);
const rate = Number(process.env['BENCH_RATE'] ?? 20_000);
const portBase = 19_860;
const askEveryMs = 200;
const thefts = 6;
const summaryMsGoal = 100;
const shownMsGoal = 2_000;
/** Only so that what hangs ends, in milliseconds. */
const patienceMs = 60_000;

/** What the first page asks for. */
const paths = ['/v1/summary', '/v1/cases'] as const;
type Path = (typeof paths)[number];

const vigie = await RunningVigie.start({ portBase });
const browser = await openBrowser();
let stopLoad: () => Promise<unknown> = async () => {};
try {
  const token = developmentConsoleToken(vigie.dataDir);
  // Something to list: what an open console has on an ordinary day.
  for (let n = 0; n < 20; n += 1) await vigie.post(theft(`before-${n}`));
  await vigie.until(
    () => open(token),
    (count) => count >= 20,
  );
  const page = await firstPage(token);
  await measured(token, 3);
  const quiet = await measured(token, seconds);
  const load = new SteadyLoad({ port: portBase, rate, requestOf: (body) => requestOf('/v1/events', vigie.token, body) });
  stopLoad = () => load.stop();
  load.start();
  await sleep(2_000);
  const beside = measured(token, seconds);
  const shown = await shownAfter(page, token);
  const busy = await beside;
  stopLoad = async () => {};
  const { taken, offered, lateMs } = await load.stop();
  report.figure('offered', offered, 'events/s');
  report.figure('acknowledged', taken, 'events/s');
  report.figure('answers to events, median', lateMs, 'ms');
  for (const path of paths) tell(path, busy.waits[path], quiet.waits[path]);
  report.note(`the console is asked ${1_000 / askEveryMs} of each question a second`);
  report.figure(
    "the console's processor beside the load, with all else that it does",
    busy.cpu * askEveryMs,
    'ms a pair of answers',
  );
  report.figure("the console's processor without the load", quiet.cpu * askEveryMs, 'ms a pair of answers');
  report.note(`a theft on the open page after its detection: ${shown.map((ms) => (ms / 1_000).toFixed(2)).join(', ')} s`);
  report.figure(
    `the last of ${thefts} thefts on the open page`,
    shown.length === thefts ? Math.max(...shown) / 1_000 : Infinity,
    's',
    { atMost: shownMsGoal / 1_000 },
  );
} finally {
  await stopLoad();
  await browser.close();
  await vigie.stop();
}
process.exit(report.isMet ? 0 : 1);

interface Measured {
  /** Milliseconds of each answer. */
  readonly waits: Readonly<Record<Path, readonly number[]>>;
  /** Seconds of the processor that the console had in one second. */
  readonly cpu: number;
}

async function measured(token: string, forSeconds: number): Promise<Measured> {
  const waits: Record<Path, number[]> = { '/v1/summary': [], '/v1/cases': [] };
  const [begun, had] = [performance.now(), consoleSeconds()];
  for (let next = begun; next < begun + forSeconds * 1_000; next += askEveryMs) {
    await sleep(Math.max(0, next - performance.now()));
    for (const path of paths) {
      const asked = performance.now();
      await ask(path, token);
      waits[path].push(performance.now() - asked);
    }
  }
  return { waits, cpu: (consoleSeconds() - had) / ((performance.now() - begun) / 1_000) };
}

async function ask(path: string, token: string): Promise<Record<string, unknown>> {
  const init = { headers: { authorization: `Bearer ${token}` } };
  // A connection that was idle may be closed under the question: it is asked again, and the wait is that of both.
  const answer = await fetch(`${vigie.url('console')}${path}`, init).catch(() => fetch(`${vigie.url('console')}${path}`, init));
  if (!answer.ok) throw new Error(`${path} was answered ${answer.status}: ${await answer.text()}`);
  return (await answer.json()) as Record<string, unknown>;
}

async function open(token: string): Promise<number> {
  return ((await ask('/v1/summary', token))['cases'] as { readonly open: number }).open;
}

/** The first page in a browser, which writes down when it first shows each account. */
async function firstPage(token: string): Promise<Page> {
  const context = await browser.newContext({
    baseURL: vigie.url('console'),
    locale: 'en-GB',
    viewport: { width: 1_280, height: 860 },
  });
  context.setDefaultTimeout(patienceMs);
  const page = await context.newPage();
  await page.goto('/');
  await page.getByLabel('Access token').fill(token);
  await page.keyboard.press('Enter');
  await page.getByRole('table').first().waitFor();
  await page.evaluate(`(() => {
    globalThis.shownAt = {};
    const look = () => {
      for (const [name] of document.body.innerText.matchAll(/thief-\\d+/g)) globalThis.shownAt[name] ??= Date.now();
    };
    new MutationObserver(look).observe(document.body, { subtree: true, childList: true, characterData: true });
  })()`);
  return page;
}

/** Thefts one after the other while the load goes on: milliseconds from `detected_at`, which is of this machine's clock too, until the page shows each. */
async function shownAfter(page: Page, token: string): Promise<readonly number[]> {
  const shown: number[] = [];
  for (let n = 0; n < thefts; n += 1) {
    await vigie.post(theft(`thief-${n}`));
    const look = `const look = () => (globalThis.shownAt['thief-${n}'] ? done(globalThis.shownAt['thief-${n}']) : setTimeout(look, 20))`;
    const at = Number(await page.evaluate(`new Promise((done) => { ${look}; look(); })`));
    const { cases } = (await ask(`/v1/cases?q=thief-${n}`, token)) as { readonly cases: readonly [{ readonly case_id: string }] };
    const { incidents } = (await ask(`/v1/cases/${cases[0].case_id}`, token)) as {
      readonly incidents: readonly [{ readonly detected_at: string }];
    };
    shown.push(at - Date.parse(incidents[0].detected_at));
    // What came is shown by a click: the next one is the first new one again.
    await page.keyboard.press('r');
  }
  return shown;
}

/** Sixty patients of three clinics in the last two minutes. */
function theft(actor: string): readonly object[] {
  return Array.from({ length: 60 }, (_, n) => ({
    id: `${actor}-${n}`,
    time: new Date(Date.now() - (60 - n) * 2_000).toISOString(),
    clinic_id: `75030012${n % 3}`,
    actor_id: actor,
    actor_role: 'physician',
    action: 'read',
    patient_ids: [`${actor}-p${n}`],
    outcome: 'success',
  }));
}

/** Seconds of the processor that the console has had. */
function consoleSeconds(): number {
  const [, after = ''] = readFileSync(`/proc/${vigie.pidOf('console')}/stat`, 'utf8').split(') ');
  const fields = after.split(' ');
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

async function openBrowser(): Promise<Browser> {
  const tools = (await import(pathToFileURL(join(projectRoot, 'scripts', 'debian-tool.mjs')).href)) as {
    findBrowser(): { path?: string; env?: Record<string, string>; reason?: string };
  };
  const { path, env = {}, reason } = tools.findBrowser();
  if (path === undefined) throw new Error(`no browser: ${reason ?? ''}`);
  return chromium.launch({ executablePath: path, env, args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'] });
}

function tell(path: string, busy: readonly number[], quiet: readonly number[]): void {
  for (const [when, all] of [
    ['beside the load', busy],
    ['before the load', quiet],
  ] as const) {
    report.figure(`${path} ${when}, median of ${all.length}`, quantile(all, 0.5), 'ms');
    const goal = path === '/v1/summary' && all === busy ? { atMost: summaryMsGoal } : undefined;
    report.figure(`${path} ${when}, 95th percentile`, quantile(all, 0.95), 'ms', goal);
    report.figure(`${path} ${when}, most`, Math.max(...all), 'ms');
  }
  report.ratio(
    `${path} beside the load, 95th percentile`,
    quantile(busy, 0.95) / quantile(quiet, 0.95),
    'what it is before the load',
  );
}

function quantile(given: readonly number[], share: number): number {
  const sorted = given.toSorted((one, other) => one - other);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}
