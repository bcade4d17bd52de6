import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { projectRoot } from '#libs/runtime/paths.js';
import { installed, logIn, openBrowser, openContext } from './browser.js';
import { aFullDay, type Day } from './invented-day.js';

const inBrowser = installed.path === undefined ? describe.skip : describe;
const folder = join(projectRoot, 'tests', 'pages', 'spoken');

/** `VIGIE_TEST_SPOKEN=write` writes what is spoken now; it is read over like any other change. */
const writes = process.env['VIGIE_TEST_SPOKEN'] === 'write';

/** Only so that what hangs ends. */
const testMsMax = 900_000;

/** The pages of the first hour of an incident. */
const key = ['cases', 'case', 'why', 'patients', 'dossier', 'timeline'] as const;

inBrowser('what a screen reader is given of the key pages', () => {
  let browser: Browser;
  let day: Day;
  beforeAll(async () => {
    browser = await openBrowser();
    day = await aFullDay();
    mkdirSync(folder, { recursive: true });
  }, testMsMax);
  afterAll(async () => {
    await browser?.close();
    await day?.end();
  });

  it.each(['fr', 'en'] as const)(
    'is the text that was read over, in %s',
    async (locale) => {
      const { context } = await openContext(browser, day.url, { locale });
      const login = await context.newPage();
      await login.goto('/');
      await login.locator('h1').waitFor();
      const heard: [string, string][] = [['login', await spokenBy(login)]];
      const page = await logIn(context, 'dpo');
      for (const name of key) {
        await page.goto(day.routes[name] ?? '');
        await page.locator('h1').first().waitFor();
        await page.locator('main:not(:has(.loading))').waitFor();
        // The stream has begun: before, nothing is said of it.
        heard.push([name, await spokenBy(page)]);
      }
      await context.close();
      const wrong = heard.filter(([name, text]) => {
        const path = join(folder, `${name}.${locale}.txt`);
        if (writes) writeFileSync(path, text);
        return !existsSync(path) || readFileSync(path, 'utf8') !== text;
      });
      for (const [name, text] of wrong.slice(0, 1))
        expect(`${name}\n${text}`).toBe(
          `${name}\n${existsSync(join(folder, `${name}.${locale}.txt`)) ? readFileSync(join(folder, `${name}.${locale}.txt`), 'utf8') : ''}`,
        );
      expect(wrong.map(([name]) => name)).toEqual([]);
    },
    testMsMax,
  );
});

interface Node {
  readonly nodeId: string;
  readonly ignored: boolean;
  readonly role?: { readonly value: string };
  readonly name?: { readonly value: string };
  readonly description?: { readonly value: string };
  readonly value?: { readonly value: unknown };
  readonly properties?: readonly { readonly name: string; readonly value: { readonly value: unknown } }[];
  readonly childIds?: readonly string[];
}

/** Of the tree that the browser gives to screen readers, a line for each thing that is spoken, in order, moved in by its depth. */
async function spokenBy(page: Page): Promise<string> {
  const session = await page.context().newCDPSession(page);
  const { nodes } = (await session.send('Accessibility.getFullAXTree')) as unknown as { readonly nodes: readonly Node[] };
  await session.detach();
  const byId = new Map(nodes.map((node) => [node.nodeId, node]));
  const lines: string[] = [];
  const [root] = nodes;
  if (root) walk(root, 0);
  return `${lines.join('\n')}\n`;

  function walk(node: Node, depth: number): void {
    const said = node.ignored ? undefined : lineOf(node);
    if (said !== undefined) lines.push(`${'  '.repeat(depth)}${said}`);
    // What a button or a link holds is its name.
    if (said !== undefined && leaves.has(node.role?.value ?? '')) return;
    for (const id of node.childIds ?? []) {
      const child = byId.get(id);
      if (child) walk(child, depth + (said === undefined ? 0 : 1));
    }
  }
}

/** Of these nothing is spoken besides their content. */
const silent = new Set([
  'generic',
  'none',
  'InlineTextBox',
  'LineBreak',
  'RootWebArea',
  'paragraph',
  'ListMarker',
  'DescriptionList',
  'group',
  'SvgRoot',
  'Section',
  'time',
  'emphasis',
  'strong',
  'code',
]);
const leaves = new Set([
  'button',
  'link',
  'heading',
  'StaticText',
  'image',
  'img',
  'option',
  'columnheader',
  'rowheader',
  'caption',
  'LabelText',
  'Legend',
]);
const told = ['level', 'checked', 'expanded', 'required', 'invalid', 'disabled', 'live', 'busy'] as const;

function lineOf({ role, name, description, value, properties = [] }: Node): string | undefined {
  const kind = role?.value ?? '';
  const text = steady(name?.value ?? '');
  if (kind === '' || (text === '' && (kind === 'StaticText' || kind === 'group')) || (silent.has(kind) && kind !== 'group'))
    return undefined;
  const states = (kind === 'listitem' ? [] : told).flatMap((wanted) => {
    const found = properties.find((one) => one.name === wanted)?.value.value;
    return found === undefined || found === false || found === 'false' || found === 'off'
      ? []
      : [found === true ? wanted : `${wanted} ${String(found)}`];
  });
  const more = description?.value ? ` (${steady(description.value)})` : '';
  const held = value?.value === undefined || value.value === '' ? '' : ` = ${steady(String(value.value))}`;
  return `${kind === 'StaticText' ? '' : text === '' ? kind : `${kind}: `}${text}${held}${states.length > 0 ? ` [${states.join(', ')}]` : ''}${more}`;
}

/** Times, spans and digests are of the run. */
function steady(text: string): string {
  return text
    .replaceAll(/\s+/g, ' ')
    .replaceAll(/\d{4}-\d\d-\d\d[T ][\d:.]+(Z| UTC)?/g, 'INSTANT')
    .replaceAll(
      /(\d{1,2} (?:janv|févr|mars|avr|mai|juin|juil|août|sept|oct|nov|déc|Jan|Feb|Mar|Apr|May|June?|July?|Aug|Sept?|Oct|Nov|Dec)\.? (\d{4} )?)?\d\d:\d\d(:\d\d)?/g,
      'TIME',
    )
    .replaceAll(/\d+ (s|min|h|j|d)\b( \d+ h)?( ?\d\d)?/g, 'SPAN')
    .replaceAll(/\b(?=\d*[a-f])[0-9a-f]{8,64}\b/g, 'ID')
    .trim();
}
