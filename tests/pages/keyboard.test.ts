import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { installed, logIn, openBrowser, openContext } from './browser.js';
import { aFullDay, type Day } from './invented-day.js';
import { focused, type KeyPage, sixTasks } from './keys.js';

const inBrowser = installed.path === undefined ? describe.skip : describe;

/** Only so that what hangs ends. */
const testMsMax = 900_000;

inBrowser('six tasks, by the keyboard alone', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await openBrowser();
  }, testMsMax);
  afterAll(() => browser?.close());

  it.each([
    ['with the shortcuts', true],
    ['without a single shortcut', false],
  ] as const)(
    'are done %s: find the case, take it, list patients 101 to 200, give a verdict, freeze, log out',
    async (_name, hasShortcuts) => {
      const day: Day = await aFullDay();
      const { context } = await openContext(browser, day.url);
      const page = await logIn(context, 'dpo');
      await sixTasks(keysOf(page), day, hasShortcuts);
      expect((await context.cookies()).filter(({ value }) => value !== '')).toEqual([]);
      await context.close();
      await day.end();
    },
    testMsMax,
  );

  it(
    'open and close the help, go through rows and back to the one that was left, and skip to the content',
    async () => {
      const day = await aFullDay();
      const { context } = await openContext(browser, day.url);
      const page = await logIn(context, 'dpo', '/?status=any');
      await page.getByRole('link', { name: 'secr.ndb' }).waitFor();
      await page.keyboard.press('?');
      await page.getByRole('dialog').waitFor();
      await page.keyboard.press('Escape');
      await page.getByRole('dialog').waitFor({ state: 'hidden' });
      await page.keyboard.press('j');
      await page.keyboard.press('j');
      const second = await focused(keysOf(page));
      await page.keyboard.press('k');
      expect([second, await focused(keysOf(page))]).toEqual(['secr.ndb', 'dr.martin']);
      await page.goto('/rules');
      await page.getByRole('heading', { level: 1 }).waitFor();
      await page.keyboard.press('Tab');
      expect(await focused(keysOf(page))).toMatch(/content/);
      await page.keyboard.press('Enter');
      expect(String(await page.evaluate('document.activeElement.id'))).toBe('content');
      await context.close();
      await day.end();
    },
    testMsMax,
  );
});

/** Only the keyboard of a page. */
function keysOf(page: Page): KeyPage {
  return {
    press: (key) => page.keyboard.press(key),
    type: (text) => page.keyboard.type(text),
    ask: (expression) => page.evaluate(expression),
  };
}
