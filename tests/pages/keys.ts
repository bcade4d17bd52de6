import { expect } from '@jest/globals';
import { auditRowsOf } from '#services/console/console-log.fixture.js';
import type { Day } from './invented-day.js';

/** What a person without a mouse has of a browser, whichever it is. */
export interface KeyPage {
  readonly press: (key: string) => Promise<void>;
  readonly type: (text: string) => Promise<void>;
  /** The value of an expression, awaited where it is a promise. */
  readonly ask: (expression: string) => Promise<unknown>;
}

/** Steps of the keyboard to anything on a page: more would be a trap. */
const stepsMax = 150;

/** Waits until an expression holds on the page, which is looked at whenever the page changes. */
export async function holds(page: KeyPage, expression: string): Promise<void> {
  await page.ask(`new Promise((done) => {
    const watch = new MutationObserver(look);
    function look() {
      if (!(${expression})) return;
      watch.disconnect();
      done(true);
    }
    watch.observe(document.documentElement, { subtree: true, childList: true, characterData: true, attributes: true });
    look();
  })`);
}

/** Waits until a text can be read, below what a selector finds. */
export async function reads(page: KeyPage, text: RegExp, selector = 'body'): Promise<void> {
  await holds(page, `[...document.querySelectorAll('${selector}')].some((one) => ${text}.test(one.innerText))`);
}

/** The name of what has the focus, as it is written or as it is labelled. */
export async function focused(page: KeyPage): Promise<string> {
  return String(
    await page.ask(`(() => {
    const one = document.activeElement;
    const label = one.labels?.[0];
    return (one.getAttribute('aria-label') ?? label?.innerText ?? one.innerText ?? '').trim();
  })()`),
  );
}

/** Steps on by the tabulator until what has such a name has the focus. */
export async function stepTo(page: KeyPage, name: RegExp): Promise<void> {
  const passed: string[] = [];
  for (let step = 0; step < stepsMax; step += 1) {
    await page.press('Tab');
    const at = await focused(page);
    if (name.test(at)) return;
    passed.push(at.slice(0, 40));
  }
  throw new Error(`the keyboard does not come to ${name}; it came to ${passed.join(' | ')}`);
}

/** Waits until it is there, goes to it, and presses Enter. */
export async function press(page: KeyPage, name: RegExp): Promise<void> {
  await holds(page, `[...document.querySelectorAll('a, button')].some((one) => ${name}.test(one.innerText.trim()))`);
  await stepTo(page, name);
  await page.press('Enter');
}

/** Chooses in a list by its arrows. */
async function choose(page: KeyPage, label: string, wanted: string): Promise<void> {
  await stepTo(page, new RegExp(`^${label}$`));
  const chosen = async () => String(await page.ask('document.activeElement.selectedOptions?.[0]?.text ?? ""'));
  for (let step = 0; (await chosen()).toLowerCase() !== wanted.toLowerCase(); step += 1) {
    if (step > 20) throw new Error(`${label} has no ${wanted}`);
    await page.press('ArrowDown');
  }
}

async function switchOff(page: KeyPage): Promise<void> {
  await press(page, /^dpo \(/);
  await reads(page, /^Settings$/, 'h1');
  // A group of choices is one stop; arrows choose within it.
  await stepTo(page, /^on$/);
  await page.press('ArrowDown');
  await holds(
    page,
    "document.querySelector(':checked') !== null && document.activeElement.labels?.[0]?.innerText.trim() === 'off'",
  );
  await page.press('j');
  await press(page, /^Cases$/);
}

/** The critical case is the first row of the first page. */
export async function findAndTake(page: KeyPage, hasShortcuts = true): Promise<void> {
  await reads(page, /dr\.martin/, 'tr a');
  if (hasShortcuts) await page.press('j');
  else await stepTo(page, /^dr\.martin/);
  await page.press('Enter');
  await reads(page, /^dr\.martin opened 6,400 patients/, 'h1');
  if (hasShortcuts) await page.press('a');
  else await press(page, /^Take/);
  await reads(page, /Taken by dpo/);
}

/** Find the case, take it, list patients 101 to 200, freeze, give a verdict, log out: from the first page, as somebody who may do all of it. */
export async function sixTasks(page: KeyPage, day: Day, hasShortcuts: boolean): Promise<void> {
  if (!hasShortcuts) await switchOff(page);
  await findAndTake(page, hasShortcuts);

  // List patients 101 to 200.
  await press(page, /^Patients$/);
  await reads(page, /^Patients$/, 'h2');
  await press(page, /^Show the list$/);
  await reads(page, /1 to 100 of 232/);
  await press(page, /^Next page$/);
  await reads(page, /101 to 200 of 232/);
  expect(
    auditRowsOf(day.log)
      .filter(({ route }) => route === '/v1/cases/:id/patients')
      .map(({ rows }) => rows),
  ).toEqual([100, 100]);

  // Freeze the list.
  await press(page, /^Dossier$/);
  await press(page, /^Freeze the list$/);
  await reads(page, /List frozen\./);
  expect(day.one.shelf.frozen.length).toBe(2);

  // Give a verdict, and be back where one was. Letters do nothing while a field has the focus: it is on a button here.
  if (hasShortcuts) await page.press('v');
  else await press(page, /^Resolve/);
  await holds(page, "document.querySelector('dialog[open]') !== null");
  await choose(page, 'Verdict', 'Authorised');
  await stepTo(page, /^Reason$/);
  await page.type('a recall of the ward');
  await press(page, /^Confirm$/);
  await reads(page, /Resolved\./);
  expect((await day.one.get(`/v1/cases/${day.id}`, 'dpo')).body['case']).toMatchObject({
    status: 'resolved',
    verdict: 'authorised',
    owner: 'dpo',
  });

  // Log out.
  await press(page, /^Log out$/);
  await reads(page, /Access token/);
}
