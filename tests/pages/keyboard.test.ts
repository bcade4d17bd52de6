import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { auditRowsOf } from '#services/console/console-log.fixture.js';
import { installed, logIn, openBrowser, openContext } from './browser.js';
import { aFullDay, type Day } from './invented-day.js';

const inBrowser = installed.path === undefined ? describe.skip : describe;

/** Only so that what hangs ends. */
const testMsMax = 900_000;

/** Steps of the keyboard to anything on a page: more would be a trap. */
const stepsMax = 150;

inBrowser('six tasks, by the keyboard alone', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await openBrowser();
  }, testMsMax);
  afterAll(() => browser?.close());

  it.each([['with the shortcuts', true], ['without a single shortcut', false]] as const)('are done %s: find the case, take it, list patients 101 to 200, give a verdict, freeze, log out', async (_name, hasShortcuts) => {
    const day: Day = await aFullDay();
    const { context } = await openContext(browser, day.url);
    const page = await logIn(context, 'dpo');
    if (!hasShortcuts) await switchOff(page);

    // Find the critical case: the first row of the first page.
    const row = page.getByRole('row').filter({ hasText: 'critical' }).getByRole('link').first();
    await row.waitFor();
    if (hasShortcuts) await page.keyboard.press('j');
    else await stepTo(page, /^dr\.martin/);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { level: 1, name: /^dr\.martin opened 6,400 patients/ }).waitFor();

    // Take it.
    if (hasShortcuts) await page.keyboard.press('a');
    else await press(page, /^Take/);
    await page.getByText('Taken by dpo', { exact: true }).waitFor();

    // List patients 101 to 200.
    await press(page, /^Patients$/);
    await page.getByRole('heading', { level: 2, name: 'Patients' }).waitFor();
    await press(page, /^Show the list$/);
    await page.getByText(/1 to 100 of 232/).waitFor();
    await press(page, /^Next page$/);
    await page.getByText(/101 to 200 of 232/).waitFor();
    expect(auditRowsOf(day.log).filter(({ route }) => route === '/v1/cases/:id/patients').map(({ rows }) => rows)).toEqual([100, 100]);

    // Freeze the list.
    await press(page, /^Dossier$/);
    await press(page, /^Freeze the list$/);
    await page.getByText('List frozen.').first().waitFor();
    expect(day.one.shelf.frozen.length).toBe(2);

    // Give a verdict, and be back where one was.
    if (hasShortcuts) {
      // Letters do nothing while a field has the focus: it is on a button here.
      await page.keyboard.press('v');
    } else await press(page, /^Resolve/);
    await page.getByRole('dialog').waitFor();
    await choose(page, 'Verdict', 'Authorised');
    await stepTo(page, /^Reason$/);
    await page.keyboard.type('a recall of the ward');
    await press(page, /^Confirm$/);
    await page.getByText('Resolved.').first().waitFor();
    expect((await day.one.get(`/v1/cases/${day.id}`, 'dpo')).body['case']).toMatchObject({ status: 'resolved', verdict: 'authorised', owner: 'dpo' });

    // Log out.
    await press(page, /^Log out$/);
    await page.getByLabel('Access token').waitFor();
    expect((await context.cookies()).filter(({ value }) => value !== '')).toEqual([]);
    await context.close();
    await day.end();
  }, testMsMax);

  it('open and close the help, go through rows and back to the one that was left, and skip to the content', async () => {
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
    const second = await focused(page);
    await page.keyboard.press('k');
    expect([second, await focused(page)]).toEqual(['secr.ndb', 'dr.martin']);
    await page.goto('/rules');
    await page.getByRole('heading', { level: 1 }).waitFor();
    await page.keyboard.press('Tab');
    expect(await focused(page)).toMatch(/content/);
    await page.keyboard.press('Enter');
    expect(String(await page.evaluate('document.activeElement.id'))).toBe('content');
    await context.close();
    await day.end();
  }, testMsMax);
}); // prettier-ignore

async function switchOff(page: Page): Promise<void> {
  await press(page, /^dpo \(/);
  await page.getByRole('heading', { level: 1, name: 'Settings' }).waitFor();
  // A group of choices is one stop; arrows choose within it.
  await stepTo(page, /^on$/);
  await page.keyboard.press('ArrowDown');
  await page.getByRole('radio', { name: 'off' }).and(page.locator(':checked')).waitFor();
  await page.keyboard.press('j');
  await press(page, /^Cases$/);
}

/** The name of what has the focus, as it is written or as it is labelled. */
async function focused(page: Page): Promise<string> {
  return String(await page.evaluate(`(() => {
    const one = document.activeElement;
    const label = one.labels?.[0];
    return (one.getAttribute('aria-label') ?? label?.innerText ?? one.innerText ?? '').trim();
  })()`)); // prettier-ignore
}

/** Steps on by the tabulator until what has such a name has the focus. */
async function stepTo(page: Page, name: RegExp): Promise<void> {
  const passed: string[] = [];
  for (let step = 0; step < stepsMax; step += 1) {
    await page.keyboard.press('Tab');
    const at = await focused(page);
    if (name.test(at)) return;
    passed.push(at.slice(0, 40));
  }
  throw new Error(`the keyboard does not come to ${name}; it came to ${passed.join(' | ')}`);
}

/** Waits until it is there, goes to it, and presses Enter. */
async function press(page: Page, name: RegExp): Promise<void> {
  await page.locator('a, button').filter({ hasText: name }).first().waitFor();
  await stepTo(page, name);
  await page.keyboard.press('Enter');
}

/** Chooses in a list by its arrows. */
async function choose(page: Page, label: string, wanted: string): Promise<void> {
  await stepTo(page, new RegExp(`^${label}$`));
  const chosen = async () => String(await page.evaluate('document.activeElement.selectedOptions?.[0]?.text ?? ""'));
  for (let step = 0; (await chosen()).toLowerCase() !== wanted.toLowerCase(); step += 1) {
    if (step > 20) throw new Error(`${label} has no ${wanted}`);
    await page.keyboard.press('ArrowDown');
  }
}
