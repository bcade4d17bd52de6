import { spawnSync } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Browser } from 'playwright-core';
import type { MemoryLog } from '#libs/event-log/memory/memory-log.js';
import { isoOf, systemClock } from '#libs/runtime/clock.js';
import { aChange, anIncidentId } from '#libs/testkit/case-records.js';
import { freePortBase } from '#libs/testkit/free-ports.js';
import { auditRowsOf, newLog, tell } from '#services/console/console-log.fixture.js';
import { RunningConsole } from '#services/console/console.fixture.js';
import { pagesForTests } from '#services/console/pages/pages.fixture.js';
import { findWithLibraries } from '../../scripts/debian-tool.mjs';
import { installed, logIn, openBrowser, openContext, paperOf, picture } from './browser.js';

const inBrowser = installed.path === undefined ? describe.skip : describe;

/** Only so that what hangs ends. */
const testMsMax = 900_000;

const minutesAgo = (minutes: number): string => isoOf(systemClock.now() - minutes * 60_000);
const id = anIncidentId('night');

const isList = ({ route }: { readonly route: string }) => route === '/v1/cases/:id/accesses';

/** What stands on paper; a sheet ends with a form feed. */
function textOf(pdf: Buffer): string {
  const { path = '', env = {} } = findWithLibraries('poppler-utils', 'pdftotext');
  return spawnSync(path, ['-layout', '-', '-'], { input: pdf, env: { ...process.env, ...env }, encoding: 'utf8' }).stdout;
}

inBrowser('the pages of whoever looks into a case', () => {
  let log: MemoryLog;
  let one: RunningConsole;
  let browser: Browser;
  let url: string;

  beforeAll(async () => {
    pagesForTests();
    log = newLog();
    const match = {
      rule_id: 'mass-access-10m',
      title: 'Many patients in ten minutes',
      level: 'high',
      value: 40,
      threshold: 40,
      spread: 2,
      spread_threshold: 2,
      timespan_seconds: 600,
      first_fired: minutesAgo(12),
      last_fired: minutesAgo(2),
    } as const;
    await tell(
      log,
      aChange('night', 1, {
        level: 'critical',
        patients: 232,
        first_time: minutesAgo(20),
        last_time: minutesAgo(1),
        detected_at: minutesAgo(11),
        changed_at: minutesAgo(11),
        rule_matches: [match],
      }),
    );
    one = await RunningConsole.start(log.connect(), 20_000);
    one.patients.invent(232);
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
    'say why a case fired, and list its accesses with the keyboard alone, each page written down before it is shown',
    async () => {
      const { context, complaints, foreign } = await openContext(browser, url);
      const page = await logIn(context, 'a.durand', `/cases/${id}/why`);
      await page.getByText('40 in 10 min, where 40 are needed.').waitFor();
      await page.getByText('At 39 it would not have fired.').waitFor();
      await page.getByText(/232 accesses to 232 patients in 2 clinics/).waitFor();
      await page.getByText(/700 events at hours at which it did not work: 03:00 and 04:00/).waitFor();
      await page.getByText('vigie why', { exact: false }).waitFor();
      await picture(page, 'why');
      expect(auditRowsOf(log).filter(isList)).toEqual([]);

      await page.getByRole('button', { name: 'Show the accesses' }).press('Enter');
      await page.getByRole('caption').filter({ hasText: 'accesses 1 to 100 of 232' }).waitFor();
      await page.getByRole('button', { name: 'Next page' }).press('Enter');
      await page.getByRole('button', { name: 'Next page' }).press('Enter');
      await page.getByRole('caption').filter({ hasText: 'accesses 201 to 232 of 232' }).waitFor();
      await picture(page, 'why-accesses');
      expect(auditRowsOf(log).filter(isList)).toMatchObject(
        [100, 100, 32].map((rows) => ({ by: 'a.durand', case_id: id, rows, status: 200 })),
      );

      const copy = page.getByText('The query, to go on in ClickHouse');
      await copy.press('Enter');
      await page.getByRole('group', { name: 'The query' }).getByText('vigie.accesses').waitFor();
      expect([complaints, foreign]).toEqual([[], []]);
      await context.close();
    },
    testMsMax,
  );

  it(
    'show ninety days of an account against today, as a drawing and as a table, also on paper',
    async () => {
      const { context, complaints } = await openContext(browser, url, { locale: 'fr' });
      const page = await logIn(context, 'dpo', '/accounts/aleo/dr.martin');
      await page
        .getByRole('heading', {
          level: 1,
          name: /^dr\.martin a ouvert 640 patients aujourd’hui\s; un jour ordinaire, \d+, et 34 au plus\.$/,
        })
        .waitFor();
      await page.getByRole('img', { name: /Patients par jour sur 90 jours : 640 aujourd’hui/ }).waitFor();
      await page.getByRole('img', { name: /plus que jamais à 2 heures du jour/ }).waitFor();
      await page.getByText(/Le tableau \(66 jours/).press('Enter');
      // What is drawn is what is written: as many bars as days with accesses.
      const drawn = await page.locator('section[aria-labelledby=days] svg rect').count();
      expect([drawn, await page.locator('section[aria-labelledby=days] tbody tr').count()]).toEqual([66, 66]);
      await page.getByText('nouveau aujourd’hui').first().waitFor();
      await page.getByRole('cell', { name: '38' }).first().waitFor();
      await picture(page, 'account-fr');
      const paper = textOf(await paperOf(page, 'paper-account'));
      for (const text of ['640', '198.51.100.7', '480', 'Quatre-vingt-dix jours']) expect(paper).toContain(text);
      // What is folded away on the screen stands on paper.
      expect(paper.split('\n').filter((line) => /^\s*\d+\s?h\b/.test(line)).length).toBeGreaterThanOrEqual(24);
      await page.goto(`/cases/${id}`);
      await page.getByRole('img', { name: /monte jusqu’à 40/ }).waitFor();
      const sheets = textOf(await paperOf(page, 'paper-case'))
        .split('\f')
        .slice(0, -1);
      expect(sheets.length).toBeGreaterThan(0);
      // What leads elsewhere on the screen leads nowhere on paper.
      expect(sheets.join('')).not.toMatch(/Chronologie|Se déconnecter/);
      for (const [place, sheet] of sheets.entries()) {
        expect(sheet).toContain(id);
        expect(sheet.replaceAll(' ', '')).toContain(`${place + 1}/${sheets.length}`);
      }
      expect(complaints).toEqual([]);
      await context.close();
      expect(auditRowsOf(log)).toContainEqual(
        expect.objectContaining({ by: 'dpo', route: '/v1/accounts/:group/:actor', status: 200 }),
      );
    },
    testMsMax,
  );

  it(
    'tell readers, and people of other clinics, nothing of either',
    async () => {
      for (const [who, of] of [
        ['looks', 'told to analysts'],
        ['looks.elsewhere', 'told to analysts'],
      ] as const) {
        const { context } = await openContext(browser, url);
        const page = await logIn(context, who, '/accounts/aleo/dr.martin');
        await page.getByText(of).waitFor();
        await context.close();
      }
      const { context } = await openContext(browser, url);
      const page = await logIn(context, 'elsewhere', '/accounts/aleo/dr.martin');
      await page.getByRole('heading', { level: 1, name: 'dr.martin has done nothing in 90 days.' }).waitFor();
      await page.getByText('Windows count all clinics of the group').waitFor();
      await page.goto(`/cases/${id}/why`);
      await page.getByRole('heading', { level: 1, name: 'There is nothing to show here' }).waitFor();
      await context.close();
    },
    testMsMax,
  );
});
