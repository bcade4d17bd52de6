import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { idleMsMax } from '#services/console/session/sealed-session.js';
import { tell } from '#services/console/console-log.fixture.js';
import { anIncidentId } from '#libs/testkit/case-records.js';
import { installed, logIn, openBrowser, openContext, picture, violationsOf } from './browser.js';
import { aFullDay, type Day, told } from './invented-day.js';

const inBrowser = installed.path === undefined ? describe.skip : describe;

/** Only so that what hangs ends. */
const testMsMax = 900_000;

const minutesMs = 60_000;

/** What somebody wrote, and had nobody read yet. */
const thought = 'the ward was asked, and nobody there knows the account';

inBrowser('where people work', () => {
  let browser: Browser;
  let day: Day;
  beforeAll(async () => {
    browser = await openBrowser();
    day = await aFullDay();
  }, testMsMax);
  afterAll(async () => {
    await browser?.close();
    await day?.end();
  });

  it.each([20, -20])(
    'a clock that is %d minutes ahead of the console’s keeps no list shut, and tells no other time',
    async (minutes) => {
      const { context } = await openContext(browser, day.url);
      await context.clock.install({ time: Date.now() + minutes * minutesMs });
      const page = await logIn(context, 'dpo', `/cases/${day.id}/patients`);
      await page.getByRole('button', { name: 'Show the list' }).click();
      await page.getByRole('cell', { name: '750300123' }).first().waitFor();
      // The last case was opened five minutes ago, by the console's clock.
      await page.goto('/');
      await page.getByRole('link', { name: 'dr.martin' }).waitFor();
      expect(await page.locator('main').innerText()).toMatch(/\b[4-7]\smin\b/);
      await context.close();
    },
    testMsMax,
  );

  it(
    'tabs that were opened beside and never looked at take no line to the console',
    async () => {
      const { context } = await openContext(browser, day.url);
      const page = await logIn(context, 'dpo');
      while (day.one.pipeline.feed.listening === 0) await new Promise(setImmediate);
      const other = await context.newPage();
      const lines: string[] = [];
      other.on('request', (request) => void (request.url().endsWith('/v1/stream') && lines.push(request.url())));
      await other.addInitScript(
        "Object.defineProperty(document, 'hidden', { configurable: true, get: () => !globalThis.isSeen }); globalThis.isSeen = false;",
      );
      await other.goto(`/cases/${day.id}`);
      await other.getByRole('heading', { level: 1, name: /^dr\.martin opened/ }).waitFor();
      await other.getByRole('img', { name: /rises to 40/ }).waitFor();
      expect(lines).toEqual([]);
      const opened = other.waitForRequest((request) => request.url().endsWith('/v1/stream'));
      await other.evaluate("globalThis.isSeen = true; document.dispatchEvent(new Event('visibilitychange'))");
      await opened;
      await page.close();
      await context.close();
    },
    testMsMax,
  );

  it(
    'a session that ends in the middle of a form takes nothing away from who wrote it, and shows nothing to anybody else',
    async () => {
      const { context } = await openContext(browser, day.url);
      const page = await logIn(context, 'a.durand', `/cases/${day.id}`);
      await openNote(page);
      await page.locator('dialog[open] textarea').fill(thought);
      day.one.wait(idleMsMax + 1);
      await page.evaluate("document.dispatchEvent(new Event('visibilitychange'))");
      await page.getByText('Your session has ended. Log in').waitFor();
      expect(await page.getByText('dr.martin').first().isVisible()).toBe(false);
      expect(await page.locator('dialog[open]').count()).toBe(0);
      await logInAgain(page, 'a.durand');
      expect(await page.locator('dialog[open] textarea').inputValue()).toBe(thought);

      // It ended meanwhile, and nothing has asked since.
      day.one.wait(idleMsMax + 1);
      await page.locator('dialog[open]').getByRole('button', { name: 'Confirm' }).click();
      await page.getByText('Your session has ended. Log in').waitFor();
      await logInAgain(page, 'a.durand');
      await page.getByText('Your session had ended: nothing was done.').first().waitFor();
      await page.getByRole('button', { name: 'Ask again' }).click();
      await page.getByText(thought).waitFor();

      // What one has begun is not for another.
      await openNote(page);
      await page.locator('dialog[open] textarea').fill('for nobody else');
      day.one.wait(idleMsMax + 1);
      await page.evaluate("document.dispatchEvent(new Event('visibilitychange'))");
      await logInAgain(page, 'dpo');
      await page.getByRole('heading', { level: 1, name: /^dr\.martin opened/ }).waitFor();
      expect(await page.locator('textarea').count()).toBe(0);
      await context.close();
    },
    testMsMax,
  );

  it(
    'names of one long word stay within their place, and leave the others theirs',
    async () => {
      const name = `svc-${'interface'.repeat(20)}@chu.example`;
      const id = anIncidentId('long');
      await tell(day.log, told('long', 1, { actor_id: name, patients: 758_912 }));
      await day.one.act(id, { type: 'case.assigned', owner: 'o'.repeat(120) }, 'owned');
      await day.one.act(id, { type: 'case.noted', text: `${'n'.repeat(900)} https://x.example/${'y'.repeat(300)}` }, 'said');
      const found: string[] = [];
      const places = [
        '/',
        `/cases/${id}`,
        `/cases/${id}/timeline`,
        `/print/cases/${id}`,
        `/accounts/aleo/${encodeURIComponent(name)}`,
      ];
      for (const width of [320, 1280]) {
        const { context } = await openContext(browser, day.url, { width });
        const page = await logIn(context, 'dpo');
        for (const at of places) {
          await page.goto(at);
          await page.getByText(name.slice(0, 40)).first().waitFor();
          await page.locator('main:not(:has(.loading))').waitFor();
          if (Number(await page.evaluate('document.documentElement.scrollWidth - innerWidth')) > 0)
            found.push(`${at} at ${width}: too wide`);
          const cells = "[...document.querySelectorAll('th, td')].filter((one) => one.scrollWidth > one.clientWidth + 1).length";
          if (Number(await page.evaluate(cells)) > 0) found.push(`${at} at ${width}: cells that run into others`);
        }
        await picture(page, `long-names-${width}`);
        await context.close();
      }
      expect(found).toEqual([]);
    },
    testMsMax,
  );

  it(
    'a year of five digits is refused by the form that it was typed into',
    async () => {
      const { context } = await openContext(browser, day.url);
      const page = await logIn(context, 'a.durand', '/mutes');
      await page.getByLabel('End (seven days at most)').waitFor();
      const typed =
        "const field = document.querySelector('[name=ends_at]'); field.value = '20266-12-01T08:00'; field.validity.rangeOverflow";
      expect(await page.evaluate(typed)).toBe(true);
      await context.close();
    },
    testMsMax,
  );

  it(
    'cases that are one matter are linked by who looks at one of them, and an account is taken out again, without the command line',
    async () => {
      await tell(day.log, told('night', 9, { actor_id: 'inf.nuit', patients: 31, level: 'high' }));
      await tell(day.log, told('others', 8, { group_id: 'boreal', actor_id: 'inf.boreal', patients: 9 }));
      const { context, complaints } = await openContext(browser, day.url);
      const page = await logIn(context, 'a.durand', `/cases/${day.id}`);
      await page.getByRole('button', { name: 'Link', exact: true }).click();
      const dialog = page.getByRole('dialog', { name: 'Link' });
      await dialog.getByRole('checkbox', { name: /inf\.nuit: 31 patients/ }).waitFor();
      // Neither the case itself nor those of another group.
      expect(await dialog.getByText(/dr\.martin|inf\.boreal/).count()).toBe(0);
      expect(await dialog.getByRole('button', { name: 'Confirm' }).isDisabled()).toBe(true);
      await dialog.getByRole('checkbox', { name: /inf\.nuit/ }).check();
      await dialog.getByLabel('Account, rule or number').fill('secr.ndb');
      // What is chosen stays, whatever is looked for.
      await dialog.getByRole('checkbox', { name: /secr\.ndb/ }).check();
      await dialog
        .getByRole('checkbox', { name: /inf\.nuit/ })
        .and(dialog.locator(':checked'))
        .waitFor();
      await picture(page, 'link');
      expect(await violationsOf(page)).toEqual([]);
      await dialog.getByRole('checkbox', { name: /secr\.ndb/ }).uncheck();
      await dialog.getByRole('button', { name: 'Confirm' }).click();
      const together = page.getByRole('region', { name: '2 incidents in this case' });
      await together.getByText('linked by a.durand').waitFor();
      await page.getByRole('heading', { level: 1, name: /^dr\.martin and 1 other account opened/ }).waitFor();
      await picture(page, 'linked');
      expect(await violationsOf(page)).toEqual([]);
      await together.getByRole('button', { name: 'Take out inf.nuit' }).click();
      await page.getByLabel('Reason').fill('the night shift was a round');
      await page.getByRole('button', { name: 'Confirm' }).click();
      await page.getByText('Taken out: it is a case of its own again.').first().waitFor();
      await page.getByRole('heading', { level: 1, name: /^dr\.martin opened/ }).waitFor();
      expect(await page.getByRole('button', { name: /^Take out/ }).count()).toBe(0);
      expect((await day.one.ask('GET', `/v1/cases/${anIncidentId('night')}`, 'a.durand')).status).toBe(200);
      expect(complaints).toEqual([]);
      await context.close();
    },
    testMsMax,
  );
});

async function openNote(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Note', exact: true }).click();
}

async function logInAgain(page: Page, token: string): Promise<void> {
  await page.getByLabel('Access token').fill(token);
  await page.keyboard.press('Enter');
  await page.getByRole('navigation').first().waitFor();
}
