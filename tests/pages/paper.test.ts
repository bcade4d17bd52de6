import { spawnSync } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { findWithLibraries } from '../../scripts/debian-tool.mjs';
import { installed, logIn, openBrowser, openContext, paperOf, picture } from './browser.js';
import { aFullDay, type Day } from './invented-day.js';

const inBrowser = installed.path === undefined ? describe.skip : describe;

/** Only so that what hangs ends. */
const testMsMax = 900_000;

inBrowser('a case on paper', () => {
  let browser: Browser;
  let day: Day;
  beforeAll(async () => {
    browser = await openBrowser();
    day = await aFullDay();
    for (let note = 0; note < 60; note += 1)
      await day.one.act(day.id, { type: 'case.noted', text: `note ${note} of the night` }, `note-${note}`, 'dpo');
  }, testMsMax);
  afterAll(async () => {
    await browser?.close();
    await day?.end();
  });

  it.each(['fr', 'en'] as const)(
    'has on each sheet the id of the case and the number of the sheet, and on all of them every figure of the page, in %s',
    async (locale) => {
      const { context, complaints, foreign } = await openContext(browser, day.url, { locale });
      const page = await logIn(context, 'dpo', `/print/cases/${day.id}`);
      await page.locator('h1').waitFor();
      await page.getByText('note 59 of the night').first().waitFor();
      await page.locator('main:not(:has(.loading))').waitFor();
      await picture(page, `print-${locale}`);
      const figures = (await page.locator('main .number, main .totals strong').allInnerTexts())
        .map(bare)
        .filter((text) => /\d/.test(text));
      const sheets = textOf(await paperOf(page, `paper-print-${locale}`))
        .split('\f')
        .slice(0, -1);
      expect(sheets.length).toBeGreaterThan(1);
      for (const [place, sheet] of sheets.entries()) {
        expect(sheet).toContain(day.id);
        expect(bare(sheet)).toContain(`${place + 1}/${sheets.length}`);
      }
      const whole = bare(sheets.join(''));
      expect(figures.length).toBeGreaterThan(10);
      expect(figures.filter((figure) => !whole.includes(figure))).toEqual([]);
      // Each note stands whole on one sheet: none is cut by its end.
      for (let note = 0; note < 60; note += 1)
        expect(sheets.some((sheet) => sheet.includes(`note ${note} of the night`))).toBe(true);
      expect([complaints, foreign]).toEqual([[], []]);
      await context.close();
    },
    testMsMax,
  );
});

function bare(text: string): string {
  return text.replaceAll(/[\s\u00a0\u202f]/g, '');
}

/** What stands on paper; a sheet ends with a form feed. */
function textOf(pdf: Buffer): string {
  const { path = '', env = {} } = findWithLibraries('poppler-utils', 'pdftotext');
  return spawnSync(path, ['-layout', '-', '-'], { input: pdf, env: { ...process.env, ...env }, encoding: 'utf8' }).stdout;
}
