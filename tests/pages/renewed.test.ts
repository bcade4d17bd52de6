import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { installed, logIn, openBrowser, openContext } from './browser.js';
import { anEmptyDay, type Day } from './invented-day.js';

const inBrowser = installed.path === undefined ? describe.skip : describe;

/** Only so that what hangs ends. */
const testMsMax = 900_000;

const goneFile = /\/assets\/feeds-page-/;
const heading = (page: Page, name: string) => page.getByRole('heading', { level: 1, name });

inBrowser('pages whose files are gone, as of a console that was renewed', () => {
  let browser: Browser;
  let day: Day;
  beforeAll(async () => {
    browser = await openBrowser();
    day = await anEmptyDay();
  }, testMsMax);
  afterAll(async () => {
    await browser?.close();
    await day?.end();
  });

  it(
    'are said to be, and leave the way to others',
    async () => {
      const { context } = await openContext(browser, day.url);
      await context.route(goneFile, (route) => route.fulfill({ status: 404 }));
      const page = await logIn(context, 'a.durand');
      await page.getByRole('link', { name: 'Feeds' }).click();
      await heading(page, 'This page could not be shown.').waitFor();
      await page.getByRole('link', { name: 'Books' }).click();
      await heading(page, 'This page could not be shown.').waitFor({ state: 'detached' });
      await page.getByRole('heading', { level: 1 }).waitFor();
      expect(new URL(page.url()).pathname).toBe('/books');
      await context.close();
    },
    testMsMax,
  );

  it(
    'are loaded anew by themselves, once, where the console gives another version',
    async () => {
      const { context } = await openContext(browser, day.url);
      const page = await logIn(context, 'a.durand');
      let isGone = true;
      await context.route(goneFile, (route) => (isGone ? route.fulfill({ status: 404 }) : route.continue()));
      // What the console says when it is asked for its document now is another version's.
      await context.route(/\/$/, (route) =>
        route.fulfill({ contentType: 'text/html', body: '<script src="/assets/index-other.js"></script>' }),
      );
      const loaded = page.waitForEvent('domcontentloaded');
      page.on('request', (request) => void (isGone &&= !request.isNavigationRequest()));
      await page.getByRole('link', { name: 'Feeds' }).click();
      await loaded;
      await page.getByRole('heading', { level: 1 }).waitFor();
      expect([await heading(page, 'This page could not be shown.').count(), new URL(page.url()).pathname]).toEqual([0, '/feeds']);
      await context.close();
    },
    testMsMax,
  );
});
