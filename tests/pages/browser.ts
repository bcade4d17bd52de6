import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { AxeBuilder } from '@axe-core/playwright';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { projectRoot } from '#libs/runtime/paths.js';
import { workerFolder } from '#libs/testkit/run-wide.js';
import { findBrowser } from '../../scripts/debian-tool.mjs';

/** Where pictures of pages land, to be looked at, where `VIGIE_TEST_PICTURES` asks for them. */
const pictures = join(projectRoot, '.cache', 'pages');

/** Rules of axe that must hold: WCAG 2.2 A and AA, and what is good practice. */
const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

/** Milliseconds that a page may take on a machine with much else to do; only so that what hangs ends. */
const patienceMs = 60_000;

/** The browser of this machine, or why it has none. */
export const installed = findBrowser();

/** A browser for the test files of a worker, one after another: `close` ends what a file has opened, and leaves the browser to the next. */
let kept: Promise<Browser> | undefined;

export async function openBrowser(): Promise<Browser> {
  if (workerFolder() === undefined) return launch();
  kept ??= launch();
  const browser = await kept;
  browser.close = async () => {
    for (const context of browser.contexts()) await context.close();
  };
  return browser;
}

function launch(): Promise<Browser> {
  const { path, env = {} } = installed;
  if (path === undefined) throw new Error(`no browser: ${installed.reason ?? ''}`);
  const args = ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'];
  // Signals are those of the services that tests start in this process; the browser ends with it by itself.
  const signals = { handleSIGHUP: false, handleSIGINT: false, handleSIGTERM: false };
  return chromium.launch({ executablePath: path, args, env, timeout: patienceMs, ...signals });
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
}

/** The version of axe that its builder brings along, the short text of it. */
const axePath = createRequire(createRequire(import.meta.url).resolve('@axe-core/playwright')).resolve('axe-core/axe.min.js');
const axeSource = readFileSync(axePath, 'utf8');

/**
 * What axe finds on a page, a line each. The pages have no frame (their policy allows none), so that axe need not put results of frames together in a page of its own.
 * A page that has axe already is not given it again: its builder would send the long text twice for each look, which cost more than the look.
 */
export async function violationsOf(page: Page): Promise<readonly string[]> {
  if ((await page.evaluate('typeof axe')) === 'undefined') await page.evaluate(axeSource);
  const { violations } = await new AxeBuilder({ page, axeSource: ';' })
    .setLegacyMode()
    .withTags(tags)
    .options({ resultTypes: ['violations'] })
    .analyze();
  return violations.map(
    ({ id, nodes }) =>
      `${id}: ${nodes.map(({ target, failureSummary }) => `${target.join(' ')} ${failureSummary ?? ''}`).join(' | ')}`,
  );
}

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
export const looks = [
  { locale: 'fr', theme: 'light' },
  { locale: 'en', theme: 'dark', width: 320 },
] as const;

/** Beside what `faultsOf` looks at anyway. */
interface Walk {
  /** Of the names of pictures. */
  readonly prefix?: string;
  /** Pages are reached as by a link of the page before, which loads nothing anew, and not by their address. */
  readonly isWithin?: boolean;
  readonly more?: (at: string) => Promise<readonly string[]>;
}

/** What is wrong with pages, by name and path, in one look: what axe finds, another language than was asked for, and more than a screen's width. */
export async function faultsOf(
  page: Page,
  routes: Readonly<Record<string, string>>,
  { locale, theme }: Pick<Required<Look>, 'locale' | 'theme'>,
  { prefix = '', isWithin = false, more }: Walk = {},
): Promise<readonly string[]> {
  const found: string[] = [];
  for (const [name, path] of Object.entries(routes)) {
    await (isWithin ? page.evaluate(`history.pushState({}, '', ${JSON.stringify(path)})`) : page.goto(path));
    await page.locator('main h1, main .notice-wrong').first().waitFor();
    await page.locator('main:not(:has(.loading))').waitFor();
    const at = `${prefix}${name} ${locale} ${theme}`;
    found.push(...(await violationsOf(page)).map((text) => `${at}: ${text}`));
    found.push(...(await widthFaults(page, at)));
    const spoken = String(await page.evaluate('document.documentElement.lang'));
    if (spoken !== locale) found.push(`${at}: it says that it is in ${spoken}`);
    await picture(page, `${prefix}${name}-${locale}-${theme}-${page.viewportSize()?.width ?? 0}`);
    found.push(...((await more?.(at)) ?? []));
  }
  return found;
}

async function widthFaults(page: Page, at: string): Promise<readonly string[]> {
  const wide = Number(await page.evaluate('document.documentElement.scrollWidth - innerWidth'));
  // On a screen of a workplace, what is due stands in sight, also in the longer language: nobody moves a table sideways to see it.
  const isCut = (page.viewportSize()?.width ?? 0) >= 1280 && (await page.evaluate(casesAreCut)) === true;
  return [...(wide > 0 ? [`${at}: ${wide} pixels too wide`] : []), ...(isCut ? [`${at}: the table of cases is cut`] : [])];
}

const casesAreCut =
  "[...document.querySelectorAll('.scrolls:has(> table.cases)')].some((one) => one.scrollWidth > one.clientWidth)";

/** Words of which a page in the other language holds none; what people and sources wrote is marked with its language, or is data. */
const ownWords = {
  fr: /\b(établissements?|règles?|aucune?|depuis|patients touchés|journal|seuils?|chargement|en charge|niveau)\b/i,
  en: /\b(clinics?|rules?|nobody|since|threshold|loading|level|accesses|nothing|the)\b/i,
} as const;

/** What is wrong with a page as it stands: spacing of texts (WCAG 1.4.12), forced colours, keys and words of another language, a heading that says nothing. */
export async function inAllStates(
  page: Page,
  at: string,
  { locale }: Pick<Required<Look>, 'locale'>,
  isWrong: boolean,
): Promise<readonly string[]> {
  const found: string[] = [];
  const other = locale === 'fr' ? 'en' : 'fr';
  const words = String(await page.evaluate(shownText(locale)));
  const foreign = ownWords[other].exec(words);
  if (foreign)
    found.push(`${at}: a word of the other language: ${words.slice(Math.max(0, foreign.index - 30), foreign.index + 40)}`);
  if (/undefined|\[object|NaN|Infinity/.test(words))
    found.push(`${at}: it shows what no text is: ${/.{0,30}(undefined|\[object|NaN|Infinity).{0,30}/.exec(words)?.[0] ?? ''}`);
  const headings = await page.locator('main h1').allTextContents();
  if (headings.length !== 1 || headings[0]?.trim() === '') found.push(`${at}: ${headings.length} headings of the page`);
  if (isWrong && (await page.locator('main .notice-wrong').count()) === 0) found.push(`${at}: it does not say what is missing`);
  await page.emulateMedia({ forcedColors: 'active' });
  found.push(
    ...asLines(await page.evaluate(invisibleFocus)).map(
      (what) => `${at}: without a mark of the focus in forced colours: ${what}`,
    ),
  );
  await page.emulateMedia({ forcedColors: 'none' });
  // Adopted, since the policy of the pages lets in no other style.
  await page.evaluate(spacing);
  found.push(...(await widthFaults(page, `${at} with spacing`)));
  found.push(...asLines(await page.evaluate(cutTexts)).map((what) => `${at}: cut with spacing: ${what}`));
  await page.evaluate('document.adoptedStyleSheets = document.adoptedStyleSheets.filter((one) => one !== globalThis.spaced)');
  return found;
}

function asLines(answer: unknown): readonly string[] {
  return Array.isArray(answer) ? answer.map(String) : [];
}

/** What is read on a page but for what stands in another language, and says so, and for ids, code and what people wrote. */
function shownText(locale: string): string {
  return `(() => {
    const whole = document.querySelector('main').cloneNode(true);
    for (const one of whole.querySelectorAll('[lang]:not([lang=${locale}]), code, pre, kbd, datalist, [data-said]')) one.remove();
    return [...whole.querySelectorAll('*')].flatMap((one) => [...one.childNodes].filter(({ nodeType }) => nodeType === 3).map(({ data }) => data)).join(' \\u00b7 ');
  })()`;
}

const spacing = `(() => {
  globalThis.spaced = new CSSStyleSheet();
  globalThis.spaced.replaceSync('* { line-height: 1.5 !important; letter-spacing: 0.12em !important; word-spacing: 0.16em !important } p { margin-bottom: 2em !important }');
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, globalThis.spaced];
})()`;

/** Texts that run out of a box that hides what does; tables scroll by themselves, and fields are the browser's. */
const cutTexts = `[...document.querySelectorAll('main *, header *')].filter((one) => {
  const { overflowX, overflowY, clip, clipPath, position } = getComputedStyle(one);
  const isSpoken = position === 'absolute' && (clip !== 'auto' || clipPath !== 'none');
  const hides = ['hidden', 'clip'].includes(overflowX) || ['hidden', 'clip'].includes(overflowY);
  return hides && !isSpoken && !one.closest('svg') && one.textContent.trim() !== '' && (one.scrollWidth > one.clientWidth + 1 || one.scrollHeight > one.clientHeight + 1);
}).map((one) => one.outerHTML.slice(0, 120))`;

/** What can be reached by the keyboard and shows nothing of it: each is given the focus. */
const invisibleFocus = `[...document.querySelectorAll('main a[href], main button, main input, main select, main textarea, main summary, header a[href], header button')].filter((one) => {
  if (one.disabled || one.offsetParent === null) return false;
  one.focus({ focusVisible: true });
  const { outlineStyle, outlineWidth } = getComputedStyle(one);
  return document.activeElement === one && (outlineStyle === 'none' || parseFloat(outlineWidth) < 1);
}).map((one) => one.outerHTML.slice(0, 120))`;
