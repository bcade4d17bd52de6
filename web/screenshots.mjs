/**
 * `node web/screenshots.mjs ADDRESS`: the pictures of the README, from a running demonstration (`npm start -- --demo`). ADDRESS is the link of its
 * board, which logs in once. Look at them before they are committed.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { findBrowser } from '../scripts/debian-tool.mjs';
import { root } from '../scripts/prepare.mjs';

const folder = join(root, 'docs', 'images');
const [address] = process.argv.slice(2);
const { path, env, reason } = findBrowser();
if (!address || !path) {
  console.error(address ? `there is no browser: ${reason}` : 'give the link that the board of npm start prints');
  process.exit(2);
}
mkdirSync(folder, { recursive: true });
const browser = await chromium.launch({ executablePath: path, args: ['--no-sandbox'], env });
const base = new URL(address).origin;
const first = await pageOf({ locale: 'en-GB' });
await first.goto(address);
await taken(first, 'console-cases');
const state = await first.context().storageState();
const french = await pageOf({ locale: 'fr-FR', storageState: state });
await french.goto(await largestOf(first));
// The list of rules below would be most of the picture.
await taken(french, 'console-case-fr', false);
const dark = await pageOf({ locale: 'en-GB', colorScheme: 'dark', storageState: state });
await dark.goto(`${await largestOf(first)}/clinics`);
await taken(dark, 'console-clinics-dark');
await browser.close();

async function pageOf(options) {
  const context = await browser.newContext({
    baseURL: base,
    timezoneId: 'Europe/Paris',
    viewport: { width: 1280, height: 800 },
    reducedMotion: 'reduce',
    ...options,
  });
  return context.newPage();
}

/** The case with the most patients of those on the first page. */
async function largestOf(page) {
  const rows = await page.locator('table.cases tbody tr').all();
  const found = await Promise.all(
    rows.map(async (row) => ({
      patients: Number((await row.locator('.big').innerText()).replaceAll(/\D/g, '')),
      to: await row.locator('a.row').getAttribute('href'),
    })),
  );
  return found.toSorted((one, other) => other.patients - one.patients)[0]?.to ?? '/';
}

async function taken(page, name, isWhole = true) {
  await page.locator('table, svg[role=img]').first().waitFor();
  await page.locator('main:not(:has(.loading))').waitFor();
  await page.screenshot({ path: join(folder, `${name}.png`), fullPage: isWhole });
}
