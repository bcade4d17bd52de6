import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { defaultListsDir } from '#libs/detection/rules/load/config.js';
import { loadRules } from '#libs/detection/rules/load/load-rules.js';
import { readRuleFiles } from '#libs/detection/rules/load/read-rule-files.js';
import { readLists } from '#libs/detection/rules/load/require-rules.js';
import { projectRoot } from '#libs/runtime/paths.js';
import { headingAnchor } from '#libs/texts/heading-anchor.js';
import { ruleTitleIn } from '#libs/texts/rule-titles.js';

const folder = `${projectRoot}/docs/runbooks`;
const pagesIn = (below: string) =>
  readdirSync(`${folder}${below}`)
    .filter((name) => name.endsWith('.md') && name !== 'operations.md')
    .map((name) => name.slice(0, -'.md'.length));
const names = pagesIn('');
const textOf = (name: string, below: '' | '/fr') => readFileSync(`${folder}${below}/${name}.md`, 'utf8');
const { rules } = loadRules((await readRuleFiles(`${projectRoot}/rules/`)).files, await readLists(defaultListsDir));

/** Without what stands in blocks of code, where a `#` is none of a heading. */
const proseOf = (text: string) => text.replaceAll(/^```[^]*?^```$/gm, '');
const blocksOf = (text: string) => text.match(/^```[^]*?^```$/gm) ?? [];
const headingsOf = (text: string) =>
  [...proseOf(text).matchAll(/^(#+) (.+)$/gm)].map(([, marks = '', words = '']) => ({ depth: marks.length, words }));
const linksOf = (text: string) => [...proseOf(text).matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = '']) => target);
const anchorsOf = (text: string) => headingsOf(text).map(({ words }) => headingAnchor(words));

/** Names of fields, lists, rules, commands and settings; what a person puts in is of their language. */
const wordsOf = (text: string) =>
  [...new Set([...proseOf(text).matchAll(/`([^`\n]+)`/g)].map(([, word = '']) => word.replace(/ (NAME|NOM)$/, '')))].toSorted();
const shapeOf = (text: string) =>
  ['|', '- ', '1. ', '2. ', '3. ', '4. ', '5. '].map(
    (mark) =>
      proseOf(text)
        .split('\n')
        .filter((line) => line.trimStart().startsWith(mark)).length,
  );

describe('the runbooks, in both languages', () => {
  it('are the same pages', () => {
    expect(names.length).toBeGreaterThan(14);
    expect(pagesIn('/fr')).toEqual(names);
  });

  it.each(names)('%s has the same parts, queries, lists and words of Vigie', (name) => {
    const [english, french] = [textOf(name, ''), textOf(name, '/fr')];
    expect(headingsOf(french).map(({ depth }) => depth)).toEqual(headingsOf(english).map(({ depth }) => depth));
    expect(blocksOf(french)).toEqual(blocksOf(english));
    expect(wordsOf(french)).toEqual(wordsOf(english));
    expect(shapeOf(french)).toEqual(shapeOf(english));
  });

  it.each(names.flatMap((name) => (['', '/fr'] as const).map((below) => [name, below] as const)))(
    '%s%s leads to what is there, and to the same places',
    (name, below) => {
      const text = textOf(name, below);
      expect(new Set(anchorsOf(text)).size).toBe(anchorsOf(text).length);
      const places = (of: string, at: '' | '/fr') =>
        linksOf(textOf(of, at)).map((target) => {
          const [page = '', anchor] = target.split('#');
          const anchors = anchorsOf(textOf(page === '' ? of : page.replace(/\.md$/, ''), at));
          expect([target, anchor === undefined || anchors.includes(anchor)]).toEqual([target, true]);
          return [page, anchor === undefined ? -1 : anchors.indexOf(anchor)] as const;
        });
      expect(places(name, below)).toEqual(places(name, ''));
    },
  );

  it('are in their language', () => {
    for (const name of names) {
      expect([
        name,
        /\b(the|and|account is|clinics?|nobody)\b/i.exec(proseOf(textOf(name, '/fr')).replaceAll(/`[^`]*`/g, ''))?.[0],
      ]).toEqual([name, undefined]);
      expect([name, /\b(établissements?|règles?|aucune?|depuis|seuils?)\b/i.exec(textOf(name, ''))?.[0]]).toEqual([
        name,
        undefined,
      ]);
    }
  });
});

describe('every rule that raises', () => {
  it.each(rules.filter(({ raises }) => raises).map((rule) => [rule.title, rule.runbook] as const))(
    '%s is named on the page that it leads to, in both languages',
    (title, path) => {
      const [, name = ''] = /^docs\/runbooks\/([a-z0-9-]+)\.md$/.exec(path) ?? [];
      expect(names).toContain(name);
      const french = ruleTitleIn('fr', title);
      expect(french).toBeDefined();
      expect(onOneLine(textOf(name, ''))).toMatch(namedAs(title));
      expect(onOneLine(textOf(name, '/fr'))).toMatch(namedAs(french ?? title));
    },
  );
});

function onOneLine(text: string): string {
  return text.replaceAll(/\s+/g, ' ');
}

/** As the title of the page, or set apart. */
function namedAs(title: string): RegExp {
  const letters = title.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
  return new RegExp(`^# ${letters} |_${letters}_`);
}
