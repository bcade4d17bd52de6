import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import type { IncidentChange } from '#libs/contracts/incident.js';
import type { DossierSnapshot } from '#libs/contracts/dossier.js';
import { aDossierInput } from '#libs/dossier/dossier.fixture.js';
import type { MemoryLog } from '#libs/event-log/memory/memory-log.js';
import { isoOf, systemClock } from '#libs/runtime/clock.js';
import { aChange, anIncidentId } from '#libs/testkit/case-records.js';
import { isLongRun } from '#libs/testkit/measures/long-run.js';
import { freePortBase } from '#libs/testkit/free-ports.js';
import { auditRowsOf, newLog, tell } from '#services/console/console-log.fixture.js';
import { RunningConsole } from '#services/console/console.fixture.js';
import { confirmedMsMax } from '#services/console/session/sealed-session.js';
import { pagesForTests } from '#services/console/pages/pages.fixture.js';
import { faultsOf, installed, logIn, looks, openBrowser, openContext, picture, violationsOf } from './browser.js';

if (installed.path === undefined) process.stderr.write(`the pages are not looked at in a browser: ${installed.reason ?? ''}\n`);
const inBrowser = installed.path === undefined ? describe.skip : describe;

/** Only so that what hangs ends: a browser on a machine with much else to do takes its time. */
const testMsMax = 900_000;

/** What the browser writes of refusals that the test provokes, and of the answer that it keeps back. */
const expected = /status of (409|422|503)|ERR_FAILED/;

const minutesAgo = (minutes: number): string => isoOf(systemClock.now() - minutes * 60_000);

/** An incident of the invented day, told so many minutes ago. */
function told(name: string, minutes: number, given: Partial<IncidentChange> = {}, version = 1): IncidentChange {
  const { rule_id, title } = { rule_id: 'mass-access-10m', title: 'Many patients in ten minutes' };
  const times = {
    first_time: minutesAgo(minutes + 12),
    last_time: minutesAgo(minutes),
    detected_at: minutesAgo(minutes),
    changed_at: minutesAgo(minutes),
  };
  const match = {
    rule_id,
    title,
    level: given.level ?? 'high',
    value: 40,
    threshold: 40,
    spread: 2,
    spread_threshold: 2,
    timespan_seconds: 600,
    first_fired: minutesAgo(minutes + 2),
    last_fired: minutesAgo(minutes),
  } as const;
  return aChange(name, version, { ...times, rules: [rule_id], rule_matches: [match], ...given });
}

inBrowser('the pages, over an invented day', () => {
  let log: MemoryLog;
  let one: RunningConsole;
  let browser: Browser;
  let url: string;

  beforeAll(async () => {
    pagesForTests();
    log = newLog();
    await tell(log, told('old', 3_000, { actor_id: 'secr.ndb', patients: 12, level: 'medium' }));
    one = await RunningConsole.start(log.connect(), 20_000);
    await one.act(
      anIncidentId('old'),
      { type: 'case.resolved', verdict: 'false_positive', reason: 'a round of the archive' },
      'k',
    );
    one.feeds.seen = { at: systemClock.now(), isOld: false, sources: [aFeed('ndb-dpi', 'silent'), aFeed('aleo-dpi', 'ok')] };
    one.patients.invent(232);
    one.shelf.made = aDossierInput();
    const port = await freePortBase();
    await one.app.listen(port, '127.0.0.1');
    url = `http://127.0.0.1:${port}`;
    browser = await openBrowser();
  });
  afterAll(async () => {
    await browser?.close();
    await one?.stop();
  });

  it(
    'let an analyst see a case appear, take it, note, and find a colleague was faster, with the keyboard alone',
    async () => {
      const { context, complaints, foreign } = await openContext(browser, url);
      // A console that has just started refuses the stream for a while; browsers never ask again by themselves.
      await context.route('**/v1/stream', (route) => route.fulfill({ status: 503, json: { error: 'not_ready' } }), { times: 1 });
      const page = await logIn(context, 'a.durand');
      await page.getByText(/Live updates stopped at/).waitFor();
      await page.getByText(/Live updates stopped at/).waitFor({ state: 'detached' });
      await page.getByRole('heading', { level: 1, name: 'Nobody is being told of anything' }).waitFor();
      await page.getByText(/1 of 2 feeds alive, last access received/).waitFor();
      await picture(page, 'nothing');

      await tell(log, told('a', 1, { level: 'critical', patients: 6_400, clinics: ['750300123', '750300124'] }));
      await page.getByRole('link', { name: 'dr.martin' }).waitFor();
      await page.getByRole('heading', { level: 1, name: '1 case waits for somebody' }).waitFor();

      // What comes later stands behind a line: the row under the cursor stays where it is.
      const row = page.getByRole('link', { name: 'dr.martin' });
      const before = await row.boundingBox();
      await tell(log, told('b', 0, { actor_id: 'inf.leroy', level: 'critical', patients: 9_000 }));
      await tell(log, told('a', 0, { level: 'critical', patients: 6_520, clinics: ['750300123', '750300124'] }, 2));
      await page.getByText('1 new case', { exact: true }).waitFor();
      await page.getByRole('cell', { name: '6,520' }).waitFor();
      expect(await row.boundingBox()).toEqual(before);
      await picture(page, 'cases');

      await page.keyboard.press('r');
      await page.getByRole('link', { name: 'inf.leroy' }).waitFor();
      await page.keyboard.press('j');
      await page.keyboard.press('j');
      await page.keyboard.press('Enter');
      await page.getByRole('heading', { level: 1, name: /^dr\.martin opened 6,520 patients in 2 clinics/ }).waitFor();
      await page.getByRole('img', { name: /rises to 40/ }).waitFor();
      await page.keyboard.press('a');
      await page.getByText('Assigned.').first().waitFor();
      await page.getByText('Taken by a.durand', { exact: true }).waitFor();
      await note(page, 'asked the ward');
      await page.getByText('asked the ward').waitFor();
      await note(page, 'patient IPP-123456');
      await page.getByText('looks like the identity of a patient').first().waitFor();
      await picture(page, 'case');

      expect(
        await withdrawnBy(page, () =>
          one.act(anIncidentId('a'), { type: 'case.resolved', verdict: 'authorised', reason: 'recall' }, 'b', 'b.leroy'),
        ),
      ).toContain('Somebody was before you: the case is resolved');
      expect([complaints.filter((text) => !expected.test(text)), foreign]).toEqual([[], []]);
      await context.close();
      expect(auditRowsOf(log)).toContainEqual(
        expect.objectContaining({ by: 'a.durand', route: '/v1/cases/:id/actions', via: 'console', status: 200 }),
      );
    },
    testMsMax,
  );

  it(
    'are without a fault that axe finds, in both languages and schemes, and without a sideways scroll at 320 pixels',
    async () => {
      const id = anIncidentId('c');
      await tell(log, told('c', 0, { actor_id: 'inf.leroy', level: 'critical', patients: 9_000 }));
      expect(await one.pipeline.readToEnd()).toBeUndefined();
      const routes = {
        cases: '/?status=any',
        case: `/cases/${id}`,
        timeline: `/cases/${id}/timeline`,
        clinics: `/cases/${id}/clinics`,
        why: `/cases/${id}/why`,
        account: '/accounts/aleo/inf.leroy',
        feeds: '/feeds',
        me: '/me',
        nowhere: '/cases/ffff',
      };
      const found: string[] = [];
      for (const look of looks) {
        const { context } = await openContext(browser, url, look);
        const page = await logIn(context, 'dpo');
        // Each page in one look or the other is what tests/pages/matrix looks at, with all that a page may be besides.
        if (isLongRun) found.push(...(await faultsOf(page, routes, look)));
        one.shelf.freezes = aSnapshot(one.shelf.frozen.length + 1);
        await freezeAndAnswer(page, `/cases/${id}/dossier`);
        found.push(...(await violationsOf(page)).map((text) => `dossier ${look.locale}: ${text}`));
        await picture(page, `dossier-${look.locale}-${look.theme}`);
        await listPatients(page, `/cases/${id}/patients`);
        found.push(...(await violationsOf(page)).map((text) => `list ${look.locale}: ${text}`));
        await picture(page, `patients-${look.locale}-${look.theme}`);
        // Whoever sits down at the open page later is asked who they are.
        one.wait(confirmedMsMax);
        await page.reload();
        await page.getByRole('button', { name: showList }).click();
        const token = page.getByLabel(/^(Access token|Jeton d’accès)$/);
        await token.fill('a.durand');
        await page.keyboard.press('Enter');
        await page.getByRole('alert').filter({ hasText: /./ }).waitFor();
        found.push(...(await violationsOf(page)).map((text) => `confirm ${look.locale}: ${text}`));
        await picture(page, `confirm-${look.locale}-${look.theme}`);
        await token.fill('dpo');
        await page.keyboard.press('Enter');
        await page.getByRole('cell', { name: '750300123' }).first().waitFor();
        one.wait(confirmedMsMax);
        await page.goto(`/cases/${id}/dossier`);
        await page.getByRole('button', { name: freezeList }).click();
        await token.waitFor();
        found.push(...(await violationsOf(page)).map((text) => `confirm freezing ${look.locale}: ${text}`));
        await picture(page, `confirm-freezing-${look.locale}-${look.theme}`);
        await token.fill('dpo');
        await page.keyboard.press('Enter');
        await token.waitFor({ state: 'detached' });
        await context.close();
      }
      const { context } = await openContext(browser, url);
      const page = await context.newPage();
      await page.goto('/cases/ffff');
      await page.getByRole('heading', { level: 1 }).waitFor();
      found.push(...(await violationsOf(page)));
      await context.close();
      expect(found).toEqual([]);
    },
    testMsMax,
  );
});

const freezeList = /^(Freeze the list|Figer la liste)$/;
const showList = /^(Show the list|Afficher la liste)$/;

/** A frozen list of so many patients more than the one before. */
function aSnapshot(number: number): DossierSnapshot {
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

/** Freezes the list of a case, and answers what is asked of its cause. */
async function freezeAndAnswer(page: Page, path: string): Promise<void> {
  await page.goto(path);
  await page.getByRole('button', { name: freezeList }).click();
  await page
    .getByText(/^(List frozen|Liste figée)\.$/)
    .first()
    .waitFor();
  await page.getByRole('button', { name: /^(Answer|Répondre) ?: Cause$/ }).click();
  await page.getByRole('textbox').fill('external_malicious');
  await page.getByRole('button', { name: /^(Confirm|Valider)$/ }).press('Enter');
  await page
    .getByText(/^(Answer kept|Réponse enregistrée)\.$/)
    .first()
    .waitFor();
  await page.getByText(/^(28 of 59|28 réponses demandées sur 59)/).waitFor();
}

/** Shows the second page of the list of a case. */
async function listPatients(page: Page, path: string): Promise<void> {
  await page.goto(path);
  await page.getByRole('button', { name: showList }).click();
  await page.getByRole('button', { name: /^(Next page|Page suivante)$/ }).click();
  await page.getByText(/(101 to 200|101 à 200)/).waitFor();
}

async function note(page: Page, text: string): Promise<void> {
  await page.keyboard.press('n');
  await page.getByLabel('Text').fill(text);
  await page.getByRole('button', { name: 'Confirm' }).press('Enter');
}

/** What is said to somebody whose page has not heard yet of what a colleague did. */
async function withdrawnBy(page: Page, colleague: () => Promise<unknown>): Promise<string> {
  await page.keyboard.press('v');
  await page.getByLabel('Verdict').selectOption('false_positive');
  await page.getByLabel('Reason', { exact: true }).fill('nobody on leave');
  await page.route('**/v1/cases/*', (route) => route.abort());
  await colleague();
  await page.getByRole('button', { name: 'Confirm' }).press('Enter');
  // What was said of the action before stands there until this one is answered.
  const said = page.locator('.actions .notice-wrong', { hasText: 'Somebody was before you' });
  await said.waitFor();
  return said.innerText();
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
    lacks: ['actor_role', 'one_source_ip'] as const,
    ...figures,
  };
}
