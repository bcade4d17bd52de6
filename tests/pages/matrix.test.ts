import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { isLongRun } from '#libs/testkit/measures/long-run.js';
import { faultsOf, inAllStates, installed, type Look, logIn, openBrowser, openContext } from './browser.js';
import { aFullDay, anEmptyDay, type Day } from './invented-day.js';

const inBrowser = installed.path === undefined ? describe.skip : describe;

/** Only so that what hangs ends. */
const testMsMax = 3_600_000;

/** All of them in the long run; in the short one each language, scheme and width, in two. */
const looks: readonly Required<Look>[] = isLongRun
  ? (['fr', 'en'] as const).flatMap((locale) =>
      (['light', 'dark'] as const).flatMap((theme) => [1280, 320].map((width) => ({ locale, theme, width }))),
    )
  : [
      { locale: 'fr', theme: 'dark', width: 320 },
      { locale: 'en', theme: 'light', width: 1280 },
    ];

/**
 * Routes of a look: all of them in the long run, every second one in the short, others in each look, so that each page is seen in each state of it that
 * is walked, by each of two looks in one state or another.
 */
function chosenOf(routes: Day['routes'], place: number): Day['routes'] {
  return isLongRun ? routes : everySecond(routes, place);
}

/** In the short run a page is walked with much to show, and once more: where there is nothing, these, or where the store is away, all others. */
function walkedEmpty(routes: Day['routes']): Day['routes'] {
  return isLongRun ? routes : everySecond(routes, 0);
}

function everySecond(routes: Day['routes'], place: number): Day['routes'] {
  return Object.fromEntries(Object.entries(routes).filter((_, n) => n % 2 === place % 2));
}

inBrowser('every page, in every state', () => {
  let browser: Browser;
  let full: Day;
  let empty: Day;
  beforeAll(async () => {
    browser = await openBrowser();
    full = await aFullDay();
    empty = await anEmptyDay();
  }, testMsMax);
  afterAll(async () => {
    await browser?.close();
    await full?.end();
    await empty?.end();
  });

  it.each(looks.map((look, place) => [`${look.locale} ${look.theme} ${look.width}`, look, place] as const))(
    'is without a fault where there is much to show, in %s',
    async (_name, look, place) => {
      expect(await walked(full, look, chosenOf(full.routes, place))).toEqual([]);
    },
    testMsMax,
  );

  it.each(looks.map((look, place) => [`${look.locale} ${look.theme} ${look.width}`, look, place] as const))(
    'is without a fault where there is nothing, and says that its source answers, in %s',
    async (_name, look, place) => {
      expect(await walked(empty, look, chosenOf(walkedEmpty(empty.routes), place + 1))).toEqual([]);
    },
    testMsMax,
  );

  it.each(looks.map((look, place) => [`${look.locale} ${look.theme} ${look.width}`, look, place] as const))(
    'is without a fault where the store does not answer: it says so, and is not blank, in %s',
    async (_name, look, place) => {
      // Which parts are away is said above each page, too.
      const { me: _me, 'no-page': _nowhere, ...pages } = full.routes;
      const seenEmpty = isLongRun ? {} : walkedEmpty(empty.routes);
      const routes = Object.fromEntries(Object.entries(pages).filter(([name]) => !(name in seenEmpty)));
      expect(await walked(full, look, chosenOf(routes, place + 1), storeAway, 'wrong')).toEqual([]);
    },
    testMsMax,
  );

  /** What is wrong with pages, in all the ways in which people may have them. */
  async function walked(
    day: Day,
    look: Required<Look>,
    routes: Day['routes'],
    before?: (page: Page) => Promise<void>,
    state = day === full ? 'full' : 'empty',
  ): Promise<readonly string[]> {
    const { context, complaints, foreign } = await openContext(browser, day.url, look);
    const page = await logIn(context, 'dpo');
    await before?.(page);
    // With much to show each page is opened by its address, as from a message; in its other state it is reached from within, as by a link.
    const found = await faultsOf(page, routes, look, {
      prefix: `${state}-`,
      isWithin: state !== 'full',
      more: (at) => inAllStates(page, at, look, state === 'wrong'),
    });
    await context.close();
    const refused = /status of (403|404|503)/;
    return [...found, ...complaints.filter((text) => !refused.test(text)), ...foreign];
  }
});

/** As a console answers whose store is gone, and which knows of nothing else that answers either. */
async function storeAway(page: Page): Promise<void> {
  const since = new Date(Date.now() - 600_000).toISOString();
  const parts = (['store', 'log', 'scorers'] as const).map((part) => ({
    part,
    known: part === 'scorers' ? 2 : 1,
    away: 1,
    since,
  }));
  await page.route(/\/v1\/(?!me$|login|confirm|stream)/, (route) =>
    route.fulfill({ status: 503, json: { error: 'store_away', message: 'the store does not answer' } }),
  );
  await page.route('/v1/parts', (route) => route.fulfill({ json: { parts } }));
}
