import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { projectRoot } from '#libs/runtime/paths.js';
import { isLongRun } from '#libs/testkit/measures/long-run.js';
import { faultsOf, inAllStates, installed, logIn, looks, openBrowser, openContext } from './browser.js';
import { aFullDay, type Day } from './invented-day.js';

const inBrowser = installed.path === undefined ? describe.skip : describe;

/** Only so that what hangs ends. */
const testMsMax = 3_600_000;

const all = readdirSync(join(projectRoot, 'docs', 'runbooks'))
  .filter((name) => name.endsWith('.md'))
  .map((name) => name.slice(0, -'.md'.length));
/** All of them in the long run; in the short one that which the matrix does not look at, and has most links, and one in English alone. */
const seen = isLongRun ? all : ['closed-clinics', 'operations'];

/** What a house may have put beside the others, by mistake or by malice. */
const hostile = [
  '# A page <img src=x onerror=alert(1)>',
  '<script>alert(1)</script>',
  'Go [here](javascript:alert(1)), [there](data:text/html,x), [or there](//evil.example/), [back](../../secret.md), [out](https://example.org/a) and <a href="https://evil.example">away</a>.',
  '![a picture](https://evil.example/x.png)',
  '## Below',
  '`<b>not bold</b>` and [on](one-clinic.md#contain)',
].join('\n\n');

inBrowser('runbooks in the console', () => {
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

  it.each(looks)(
    'are without a fault, in %p',
    async (look) => {
      const { context, complaints, foreign } = await openContext(browser, day.url, look);
      const page = await logIn(context, 'dpo');
      const routes = Object.fromEntries(seen.map((name) => [`runbook-${name}`, `/runbooks/${name}`]));
      const found = await faultsOf(page, routes, look, { more: (at) => inAllStates(page, at, look, false) });
      await context.close();
      expect([found, complaints, foreign]).toEqual([[], [], []]);
    },
    testMsMax,
  );

  it.each([
    {
      locale: 'fr',
      link: /^Que faire/,
      lang: 'fr',
      first: 'Les cinq premières minutes',
      query: 'requête 1',
      place: '1. Lecture en cours ou terminée',
    },
    {
      locale: 'en',
      link: /^What to do/,
      lang: 'en',
      first: 'The first five minutes',
      query: 'query 1',
      place: '1. Is it still going on?',
    },
  ] as const)(
    'are opened by a rule of a case, in the language of the page: $locale',
    async ({ locale, link, lang, first, query, place }) => {
      const { context, complaints } = await openContext(browser, day.url, { locale });
      const page = await logIn(context, 'dpo', `/cases/${day.id}`);
      await page.getByRole('link', { name: link }).first().click();
      await page.getByRole('heading', { level: 2, name: first }).waitFor();
      expect(await page.locator('article').getAttribute('lang')).toBe(lang);
      await page.getByRole('link', { name: query, exact: true }).first().click();
      const heading = page.getByRole('heading', { level: 3, name: place });
      await heading.and(page.locator(':target')).waitFor();
      expect(await page.evaluate(isSeen('1-'))).toBe(true);
      // From another page, and once more when both have been read.
      for (const _ of ['read', 'kept']) {
        await page.goto('/runbooks/one-clinic');
        await page.locator('article a[href="/runbooks/mass-access"]').first().click();
        await page.getByRole('heading', { level: 2, name: first }).waitFor();
      }
      await page.goto('/runbooks/closed-clinics');
      await page.locator('article a[href^="/runbooks/mass-access#5-"]').first().click();
      await page.locator('h3[id^="5-"]').waitFor();
      expect(await page.evaluate(isSeen('5-'))).toBe(true);
      await context.close();
      expect(complaints).toEqual([]);
    },
    testMsMax,
  );

  it(
    'are texts: no HTML of theirs is made, and no link of theirs leads elsewhere than it may',
    async () => {
      const { context, complaints, foreign } = await openContext(browser, day.url, { locale: 'fr' });
      const page = await logIn(context, 'dpo');
      await page.route('**/v1/runbooks/hostile', (route) =>
        route.fulfill({ json: { runbook: { name: 'hostile', title: 'x', text: hostile, title_fr: null, text_fr: null } } }),
      );
      await page.goto('/runbooks/hostile');
      const article = page.locator('article');
      await article.waitFor();
      expect(await article.getAttribute('lang')).toBe('en');
      expect(await article.innerText()).toContain('<img src=x onerror=alert(1)>');
      expect(await article.innerText()).toContain('<script>alert(1)</script>');
      expect(await page.locator('article :is(img, script, iframe, b)').count()).toBe(0);
      const links = await page.locator('article a').evaluateAll((found) => found.map((one) => one.getAttribute('href')));
      expect(links).toEqual(['https://example.org/a', '/runbooks/one-clinic#contain']);
      await context.close();
      expect([complaints, foreign]).toEqual([[], []]);
    },
    testMsMax,
  );

  it(
    'say that they are not there',
    async () => {
      const { context } = await openContext(browser, day.url, { locale: 'fr' });
      const page = await logIn(context, 'dpo', '/runbooks/nowhere');
      await page.getByText('cette règle n’a pas de fiche réflexe').waitFor();
      await context.close();
    },
    testMsMax,
  );
});

/** Whether the heading whose id begins so comes to be on the screen, at most a part of a pixel above it; many frames are waited for that. */
function isSeen(id: string): string {
  return `new Promise((done) => {
    const look = (frames) => {
      const { top } = document.querySelector('h3[id^="${id}"]').getBoundingClientRect();
      const isSeen = top > -1 && top < innerHeight;
      if (isSeen || frames === 0) done(isSeen);
      else requestAnimationFrame(() => look(frames - 1));
    };
    look(600);
  })`;
}
