import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { projectRoot } from '#libs/runtime/paths.js';
import { ruleTitleIn, translatedRuleTitles } from './rule-titles.js';

const folder = join(projectRoot, 'rules');
const titles = readdirSync(folder)
  .filter((name) => name.endsWith('.yml'))
  .flatMap((name) => [...readFileSync(join(folder, name), 'utf8').matchAll(/^title: *(['"]?)(.+)\1 *$/gm)])
  .map(([, , title = '']) => title);

describe('the titles of the rules that Vigie brings along', () => {
  it('are all there in French: a new one gets its line in libs/texts/rule-titles.ts', () => {
    expect(titles.filter((title) => ruleTitleIn('fr', title) === undefined)).toEqual([]);
    expect(translatedRuleTitles.filter((title) => !titles.includes(title))).toEqual([]);
    expect(new Set(translatedRuleTitles.map((title) => ruleTitleIn('fr', title))).size).toBe(translatedRuleTitles.length);
  });

  it('are the own ones of a rule of the house in both languages, which says so', () => {
    expect([ruleTitleIn('en', 'Accès de la nuit'), ruleTitleIn('fr', 'Accès de la nuit')]).toEqual([
      'Accès de la nuit',
      undefined,
    ]);
  });
});
