import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { AxeBuilder } from '@axe-core/playwright';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { projectRoot } from '#libs/runtime/paths.js';
import { findBrowser } from '../../scripts/debian-tool.mjs';

/** Where pictures of pages land, to be looked at, where `VIGIE_TEST_PICTURES` asks for them. */
const pictures = join(projectRoot, '.cache', 'pages');

/** Rules of axe that must hold: WCAG 2.2 A and AA, and what is good practice. */
const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

/** Milliseconds that a page may take on a machine with much else to do; only so that what hangs ends. */
const patienceMs = 60_000;

/** The browser of this machine, or why it has none. */
export const installed = findBrowser();

export async function openBrowser(): Promise<Browser> {
  const { path, env = {} } = installed;
  if (path === undefined) throw new Error(`no browser: ${installed.reason ?? ''}`);
  const args = ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'];
  return chromium.launch({ executablePath: path, args, env, timeout: patienceMs });
}

export interface Look {
  readonly locale?: 'fr' | 'en';
  readonly theme?: 'light' | 'dark';
  readonly width?: number;
}

/** A person at a browser, in Paris; what the page complains of is kept in `complaints`. */
export async function openContext(browser: Browser, url: string, { locale = 'en', theme = 'light', width = 1280 }: Look = {}) {
  const context = await browser.newContext({
    baseURL: url,
    locale: locale === 'fr' ? 'fr-FR' : 'en-GB',
    colorScheme: theme,
    timezoneId: 'Europe/Paris',
    viewport: { width, height: 860 },
    reducedMotion: 'reduce',
  });
  context.setDefaultTimeout(patienceMs);
  const complaints: string[] = [];
  const foreign: string[] = [];
  context.on('console', (message) => void (['error', 'warning'].includes(message.type()) && complaints.push(message.text())));
  context.on('weberror', (failure) => void complaints.push(failure.error().message));
  context.on('request', (request) => void (new URL(request.url()).origin !== new URL(url).origin && foreign.push(request.url())));
  return { context, complaints, foreign };
} // prettier-ignore

/** What axe finds on a page, a line each. */
export async function violationsOf(page: Page): Promise<readonly string[]> {
  const { violations } = await new AxeBuilder({ page }).withTags(tags).options({ resultTypes: ['violations'] }).analyze();
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ target, failureSummary }) => `${target.join(' ')} ${failureSummary ?? ''}`).join(' | ')}`);
} // prettier-ignore

/** Logs in by the form, as a person does. */
export async function logIn(context: BrowserContext, token: string, path = '/'): Promise<Page> {
  const page = await context.newPage();
  await page.goto(path);
  await page.getByLabel(/^(Access token|Jeton d’accès)$/).fill(token);
  await page.keyboard.press('Enter');
  await page.getByRole('navigation').first().waitFor();
  return page;
}

export async function picture(page: Page, name: string): Promise<void> {
  if (!process.env['VIGIE_TEST_PICTURES']) return;
  mkdirSync(pictures, { recursive: true });
  await page.screenshot({ path: join(pictures, `${name}.png`), fullPage: true });
}

/** The page as it is printed; kept beside the pictures where they are. */
export async function paperOf(page: Page, name: string): Promise<Buffer> {
  const pdf = await page.pdf({ format: 'A4', preferCSSPageSize: true });
  if (process.env['VIGIE_TEST_PICTURES']) {
    mkdirSync(pictures, { recursive: true });
    writeFileSync(join(pictures, `${name}.pdf`), pdf);
  }
  return pdf;
}

/** French in the light, and English in the dark on a screen of 320 pixels. */
export const looks = [{ locale: 'fr', theme: 'light' }, { locale: 'en', theme: 'dark', width: 320 }] as const; // prettier-ignore

/** What is wrong with pages, by name and path, in one look: what axe finds, another language than was asked for, and more than a screen's width. */
export async function faultsOf(
  page: Page,
  routes: Readonly<Record<string, string>>,
  { locale, theme }: (typeof looks)[number],
): Promise<readonly string[]> {
  const found: string[] = [];
  for (const [name, path] of Object.entries(routes)) {
    await page.goto(path);
    await page.locator('h1, .notice-wrong').first().waitFor();
    await page.locator('main:not(:has(.loading))').waitFor();
    const at = `${name} ${locale} ${theme}`;
    found.push(...(await violationsOf(page)).map((text) => `${at}: ${text}`));
    const wide = Number(await page.evaluate('document.documentElement.scrollWidth - innerWidth'));
    if (wide > 0) found.push(`${at}: ${wide} pixels too wide`);
    const spoken = String(await page.evaluate('document.documentElement.lang'));
    if (spoken !== locale) found.push(`${at}: it says that it is in ${spoken}`);
    await picture(page, `${name}-${locale}-${theme}`);
  }
  return found;
}
