import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { MemoryLists } from '#libs/access-store/memory/memory-lists.js';
import type { MemoryLog } from '#libs/event-log/memory/memory-log.js';
import { routingText } from '#libs/routing/routing.fixture.js';
import { projectRoot } from '#libs/runtime/paths.js';
import { aPatient } from '#libs/testkit/builders.js';
import { aChange, anIncidentId } from '#libs/testkit/case-records.js';
import { freePortBase } from '#libs/testkit/free-ports.js';
import { auditRowsOf, newLog, tell } from '#services/console/console-log.fixture.js';
import { RunningConsole } from '#services/console/console.fixture.js';
import { pagesForTests } from '#services/console/pages/pages.fixture.js';
import { faultsOf, installed, logIn, looks, openBrowser, openContext, picture } from './browser.js';

const inBrowser = installed.path === undefined ? describe.skip : describe;

/** Only so that what hangs ends. */
const testMsMax = 900_000;

const ruleId = '5b0f6f0e-1c1e-4f0e-9d0a-2d6a3f6f7a10';
const id = anIncidentId('stolen');

/** What the browser writes of refusals that the test provokes. */
const expected = /status of (409|422|403)/;

inBrowser('the pages beside the cases', () => {
  const folder = mkdtempSync(join(tmpdir(), 'vigie-pages-desk-'));
  let log: MemoryLog;
  let one: RunningConsole;
  let browser: Browser;
  let url: string;

  beforeAll(async () => {
    pagesForTests();
    writeFileSync(join(folder, 'routing.yml'), routingText);
    log = newLog();
    await tell(log, aChange('stolen', 1, { level: 'critical' }));
    one = await RunningConsole.start(log.connect(), 20_000, new MemoryLists(), {
      VIGIE_ROUTING_FILE: join(folder, 'routing.yml'),
    });
    await one.act(
      id,
      { type: 'case.resolved', verdict: 'true_positive', reason: 'theft', not_qualified_reason: 'asked' },
      'k',
      'dpo',
    );
    const port = await freePortBase();
    await one.app.listen(port, '127.0.0.1');
    url = `http://127.0.0.1:${port}`;
    browser = await openBrowser();
  });
  afterAll(async () => {
    await browser?.close();
    await one?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  it(
    'let an analyst try a threshold on a copy, and show in red the true case that would be lost, with the text to commit',
    async () => {
      const before = readFileSync(join(projectRoot, 'rules', 'mass-access.yml'), 'utf8');
      const { context, complaints, foreign } = await openContext(browser, url);
      const page = await logIn(context, 'a.durand', '/');
      await page.keyboard.press('g');
      await page.keyboard.press('r');
      await page
        .getByRole('heading', { level: 1, name: /rules watch; of 15 judgements of their cases, 6 say “false alarm” \(40%\)\.$/ })
        .waitFor();
      await picture(page, 'rules');
      await page.getByRole('link', { name: 'Many patients in several clinics within ten minutes' }).press('Enter');
      await page.getByRole('heading', { level: 1, name: 'Many patients in several clinics within ten minutes' }).waitFor();
      await page.getByRole('button', { name: 'Try on this period' }).press('Enter');
      await page.getByText('nothing is to be changed').first().waitFor();
      await page.getByLabel('Threshold', { exact: true }).fill('83');
      await picture(page, 'rule');
      await page.getByRole('button', { name: 'Try on this period' }).press('Enter');
      await page.getByRole('heading', { level: 1, name: /is running\.$/ }).waitFor();
      await picture(page, 'backtest-runs');
      expect(one.backtest.asked.flatMap(({ files }) => files).filter(({ text }) => text.includes('gte: 83')).length).toBe(1);
      one.backtest.end(foundOne());
      await page
        .getByRole('heading', {
          level: 1,
          name: 'With this change, 1 incident would no longer be told, 1 of them true, and 0 new ones would be.',
        })
        .waitFor();
      const lost = page.getByRole('row').filter({ hasText: 'TRUE, LOST' });
      await lost.getByRole('link', { name: id.slice(0, 8) }).waitFor();
      // Red, and said in words as well.
      expect(await page.evaluate("getComputedStyle(document.querySelector('.lost-word')).color")).toBe('rgb(168, 18, 28)');
      await page.getByRole('group', { name: 'The text to commit' }).getByText('gte: 83').waitFor();
      await picture(page, 'backtest');
      expect(readFileSync(join(projectRoot, 'rules', 'mass-access.yml'), 'utf8')).toBe(before);
      expect([complaints.filter((text) => !expected.test(text)), foreign]).toEqual([[], []]);
      await context.close();
      expect(auditRowsOf(log)).toContainEqual(
        expect.objectContaining({ by: 'a.durand', route: '/v1/backtests', method: 'POST', status: 202, via: 'console' }),
      );
    },
    testMsMax,
  );

  it(
    'mute a clinic for some hours and end it, with the keyboard alone',
    async () => {
      const { context, complaints } = await openContext(browser, url);
      const page = await logIn(context, 'a.durand', '/mutes');
      await page.getByRole('heading', { level: 1, name: 'Nothing is muted: every message goes out.' }).waitFor();
      await page.getByLabel('Group').fill('aleo');
      await page.getByLabel('Clinic (empty: all)').fill('750300123');
      await page.getByLabel('End (seven days at most)').fill('2020-01-01T10:00');
      await page.getByLabel('Reason').fill('migration of the archive');
      await page.getByLabel('Reason').press('Enter');
      await page.getByText('a mute ends after it begins, and after now').first().waitFor();
      await page.getByLabel('End (seven days at most)').fill(inHours(5));
      await page.getByLabel('Reason').press('Enter');
      await page.getByRole('heading', { level: 1, name: '1 mute runs.' }).waitFor();
      await page.getByText('The mute is kept.').first().waitFor();
      await picture(page, 'mutes');
      await page.getByRole('button', { name: 'End: clinic 750300123' }).press('Enter');
      await page.getByRole('heading', { level: 1, name: 'Nothing is muted: every message goes out.' }).waitFor();
      await page.getByRole('cell', { name: 'over', exact: false }).first().waitFor();
      expect([...one.mutes.rows.values()].map(({ clinic_id, removed }) => [clinic_id, removed])).toEqual([['750300123', true]]);
      expect(complaints.filter((text) => !expected.test(text))).toEqual([]);
      await context.close();
    },
    testMsMax,
  );

  it(
    'send no file in which there is anything but pseudonyms, and say how often the answer would be wrong',
    async () => {
      const { context, complaints } = await openContext(browser, url);
      const page = await logIn(context, 'dpo', '/leaks');
      const sent: string[] = [];
      page.on(
        'request',
        (request) =>
          void (request.method() === 'POST' && request.url().endsWith('/v1/leaks') && sent.push(request.postData() ?? '')),
      );
      await page.getByLabel('Group').fill('aleo');
      await give(page, `${aPatient(1)}\nDURAND Jeanne;1850578006084\n`);
      await page
        .getByText(/Line 2: this is no pseudonym/)
        .first()
        .waitFor();
      await give(page, '\n');
      await page.getByText('This file is empty').first().waitFor();
      expect(sent).toEqual([]);
      await give(page, `${aPatient(1)}\r\n${aPatient(2)}\n${aPatient(1)}\n`);
      await page
        .getByRole('heading', { level: 1, name: 'Nobody opened a single one of these patients in the period.' })
        .waitFor();
      await page.getByText(/2 pseudonyms given, 0 known to Vigie/).waitFor();
      await picture(page, 'leaks');
      expect(sent.length).toBe(1);
      expect(complaints).toEqual([]);
      await context.close();
      const other = await openContext(browser, url);
      const analyst = await logIn(other.context, 'a.durand', '/leaks');
      await analyst.getByText('that is for data-protection officers').waitFor();
      await other.context.close();
    },
    testMsMax,
  );

  it(
    'show who looked at what to an officer, page by page, and to others what they looked at themselves',
    async () => {
      const { context } = await openContext(browser, url);
      const page = await logIn(context, 'dpo', '/audit');
      await page.getByRole('heading', { level: 1, name: 'More than 100 looks, by 4 people.' }).waitFor();
      await page.getByRole('button', { name: 'Older ones' }).press('Enter');
      await page.getByRole('button', { name: 'Older ones' }).press('Enter');
      await page.getByRole('heading', { level: 1, name: 'More than 50 looks, by 4 people.' }).waitFor();
      await page.getByRole('combobox', { name: 'Kind' }).selectOption('refused');
      await page.getByRole('button', { name: 'Filter' }).press('Enter');
      await page.getByRole('heading', { level: 1, name: '7 looks, by 0 people.' }).waitFor();
      await picture(page, 'audit');
      await context.close();
      const other = await openContext(browser, url);
      const analyst = await logIn(other.context, 'elsewhere', '/audit');
      await analyst.getByText('You see what you looked at yourself.').waitFor();
      expect(await analyst.locator('tbody tr td:nth-child(2)').allTextContents()).toEqual(
        Array.from({ length: 55 }, () => 'elsewhere'),
      );
      await other.context.close();
    },
    testMsMax,
  );

  it(
    'say who is on call, now and for a week',
    async () => {
      const { context } = await openContext(browser, url);
      const page = await logIn(context, 'looks', '/oncall');
      await page
        .getByRole('heading', { level: 1, name: /^(On call: .+|Nobody is on call); \d schedules? ha(s|ve) nobody\.$/ })
        .waitFor();
      await page.getByRole('heading', { level: 2, name: 'The next seven days: night' }).waitFor();
      await picture(page, 'oncall');
      await context.close();
    },
    testMsMax,
  );

  it(
    'are without a fault that axe finds, in both languages and schemes, and without a sideways scroll at 320 pixels',
    async () => {
      const begun = await one.ask('POST', '/v1/backtests', 'dpo', {
        rule_id: ruleId,
        from: '2026-01-01T00:00:00.000Z',
        to: '2026-01-08T00:00:00.000Z',
        threshold: 90,
      });
      one.backtest.end(foundOne());
      const { id: backtest } = begun.body['backtest'] as { readonly id: string };
      await one.ask(
        'POST',
        '/v1/mutes',
        'dpo',
        {
          group_id: 'aleo',
          clinic_id: '750300123',
          owner: 'it',
          reason: 'migration',
          ends_at: new Date(Date.now() + 3_600_000).toISOString(),
        },
        { 'idempotency-key': 'axe' },
      );
      const routes = {
        rules: '/rules',
        rule: `/rules/${ruleId}`,
        backtest: `/backtests/${backtest}`,
        mutes: '/mutes',
        leaks: '/leaks',
        audit: '/audit',
        oncall: '/oncall',
        'no-rule': '/rules/nobody',
      };
      const found: string[] = [];
      for (const look of looks) {
        const { context } = await openContext(browser, url, look);
        const page = await logIn(context, 'dpo');
        found.push(...(await faultsOf(page, routes, look)));
        await context.close();
      }
      expect(found).toEqual([]);
    },
    testMsMax,
  );
});

async function give(page: Page, text: string): Promise<void> {
  await page
    .getByLabel('File of pseudonyms, one a line')
    .setInputFiles({ name: 'sample.txt', mimeType: 'text/plain', buffer: Buffer.from(text) });
  await page.getByRole('button', { name: 'Compare' }).press('Enter');
}

/** Local time of Paris, as a field takes it. */
function inHours(hours: number): string {
  const at = new Date(Date.now() + hours * 3_600_000);
  return new Intl.DateTimeFormat('sv-SE', { timeZone: 'Europe/Paris', dateStyle: 'short', timeStyle: 'short' })
    .format(at)
    .replace(' ', 'T');
}

function foundOne() {
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
