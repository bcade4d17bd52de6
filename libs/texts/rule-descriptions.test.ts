import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { loadRules } from '#libs/detection/rules/load/load-rules.js';
import { readRuleFiles } from '#libs/detection/rules/load/read-rule-files.js';
import { readLists } from '#libs/detection/rules/load/require-rules.js';
import { projectRoot } from '#libs/runtime/paths.js';
import { ruleDescriptionIn, translatedRuleDescriptions } from './rule-descriptions.js';
import { ruleDoubtIn, translatedRuleDoubts } from './rule-doubts.js';

const { rules } = loadRules((await readRuleFiles(join(projectRoot, 'rules'))).files, await readLists(join(projectRoot, 'lists')));

/** Rules that a page is about. */
const shown = rules.filter(({ raises }) => raises);
const descriptions = shown.map(({ description }) => description);
const doubts = shown.flatMap(({ falsePositives }) => falsePositives);

/** Beginnings of numbers, which are written out in nearly all texts: fifteen is some fifteen too. */
const figures = {
  eight: 'huit',
  fifteen: 'quinz',
  twenty: 'vingt',
  thirty: 'trent',
  forty: 'quarant',
  fifty: 'cinquant',
  sixty: 'soixant',
  hundred: 'cent',
  thousand: 'mille',
  three: 'trois',
  four: 'quatre',
  twelve: 'douz',
} as const;

describe('what the rules that Vigie brings along say of themselves', () => {
  it('is there of each, and what else it may be', () => {
    expect(shown.length).toBeGreaterThan(40);
    expect(
      shown
        .filter(({ description, falsePositives }) => description === '' || falsePositives.length === 0)
        .map(({ title }) => title),
    ).toEqual([]);
  });

  it('is all there in French: a new text gets its line in libs/texts/rule-descriptions.ts or rule-doubts.ts', () => {
    expect(descriptions.filter((text) => ruleDescriptionIn('fr', text) === undefined)).toEqual([]);
    expect(doubts.filter((text) => ruleDoubtIn('fr', text) === undefined)).toEqual([]);
  });

  it('has no French text of what no rule says any more', () => {
    expect(translatedRuleDescriptions.filter((text) => !descriptions.includes(text))).toEqual([]);
    expect(translatedRuleDoubts.filter((text) => !doubts.includes(text))).toEqual([]);
  });

  it('has the same numbers in both languages, and no English word in French', () => {
    for (const text of [...translatedRuleDescriptions, ...translatedRuleDoubts]) {
      const french = ruleDescriptionIn('fr', text) ?? ruleDoubtIn('fr', text) ?? '';
      const wanted = Object.entries(figures)
        .filter(([english]) => new RegExp(`\\b${english}\\b`, 'i').test(text))
        .map(([, word]) => word);
      expect({ french, lacks: wanted.filter((word) => !french.toLowerCase().includes(word)) }).toEqual({ french, lacks: [] });
      expect(french).not.toMatch(/\b(the|of|and|within|who|patients? whom|nobody|accounts?|clinics?)\b/i);
    }
  });

  it('is as it was given where a house wrote it', () => {
    expect([ruleDescriptionIn('en', 'Ours.'), ruleDescriptionIn('fr', 'Ours.'), ruleDoubtIn('fr', 'A round')]).toEqual([
      'Ours.',
      undefined,
      undefined,
    ]);
  });
});
