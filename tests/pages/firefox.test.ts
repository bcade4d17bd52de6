import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type Browser, type KeyInput, launch } from 'puppeteer-core';
import { isLongRun } from '#libs/testkit/measures/long-run.js';
import { tell } from '#services/console/console-log.fixture.js';
import { findWithLibraries } from '../../scripts/debian-tool.mjs';
import { aFullDay, anEmptyDay, type Day, told } from './invented-day.js';
import { findAndTake, type KeyPage, reads, stepTo } from './keys.js';

/** Debian's Firefox is fetched for the long run alone. */
const installed = isLongRun
  ? findWithLibraries('firefox-esr', 'firefox-esr', { folder: 'usr/lib/firefox-esr' })
  : { reason: 'in the long run alone' };
const inFirefox = installed.path === undefined ? describe.skip : describe;

/** Only so that what hangs ends, in milliseconds. */
const testMsMax = 900_000;

/**
 * In the place of the timers of a page, before anything of it runs: intervals never fire, nor does what would wait for longer than a page may between two
 * looks at what changed. What is shown then came by an event.
 */
const withoutPolls = `(() => {
  const wait = globalThis.setTimeout;
  globalThis.setInterval = () => 0;
  globalThis.setTimeout = (post, ms, ...more) => (ms > 2000 ? 0 : wait(post, ms, ...more));
})()`;

// The four tasks that press buttons are Chromium's alone: without a window of its own this Firefox has no focus (`document.hasFocus()`), and does not always
// turn Enter on a button into a click. Playwright's own protocol is spoken by its patched Firefox alone, and its WebDriver BiDi asks Firefox ESR for what that does not know yet.
inFirefox(`in Firefox${installed.path === undefined ? ` (${installed.reason ?? ''})` : ''}`, () => {
  /** Of each test its own: a page of a second profile in one browser is a window that never has the focus. */
  let browser: Browser;
  beforeEach(async () => {
    const { path = '', env = {} } = installed;
    browser = await launch({
      browser: 'firefox',
      executablePath: path,
      env,
      headless: true,
      timeout: testMsMax,
      protocolTimeout: testMsMax,
      extraPrefsFirefox: { 'intl.accept_languages': 'en-GB, en', 'focusmanager.testmode': true },
    });
  }, testMsMax);
  afterEach(() => browser?.close());

  /** The first page of a day, as somebody who has logged in by keys alone. */
  async function pageOf(day: Day, before = ''): Promise<KeyPage> {
    const page = (await browser.pages())[0] ?? (await browser.newPage());
    if (before !== '') await page.evaluateOnNewDocument(before);
    await page.setViewport({ width: 1_280, height: 860 });
    await page.goto(day.url);
    await page.bringToFront();
    const keys = {
      press: (key: string) => page.keyboard.press(key as KeyInput),
      type: (text: string) => page.keyboard.type(text),
      ask: (expression: string) => page.evaluate(expression),
    };
    await reads(keys, /Access token/);
    await stepTo(keys, /^Access token$/);
    await keys.type('dpo');
    await keys.press('Enter');
    return keys;
  }

  it(
    'a case is on the first page by an event, without a reload, and one more waits above the list until it is asked for',
    async () => {
      const day = await anEmptyDay();
      const page = await pageOf(day, withoutPolls);
      await reads(page, /^Nobody is being told of anything$/, 'h1');
      while (day.one.pipeline.feed.listening === 0) await new Promise(setImmediate);
      await tell(day.log, told('a', 0, { level: 'critical', patients: 6_400 }));
      await reads(page, /^dr\.martin/, 'tr a');
      await tell(day.log, told('b', 0, { actor_id: 'inf.leroy', level: 'high', patients: 40 }));
      await reads(page, /1 new case/);
      expect(String(await page.ask("[...document.querySelectorAll('tr a.row')].map((one) => one.innerText).join()"))).toBe(
        'dr.martin',
      );
      await page.press('r');
      await reads(page, /inf\.leroy/, 'tr a');
      await day.end();
    },
    testMsMax,
  );

  it(
    'the critical case is found and taken by the keyboard alone',
    async () => {
      const day = await aFullDay();
      const page = await pageOf(day);
      await findAndTake(page);
      expect((await day.one.get(`/v1/cases/${day.id}`, 'dpo')).body['case']).toMatchObject({ owner: 'dpo' });
      await day.end();
    },
    testMsMax,
  );
});
