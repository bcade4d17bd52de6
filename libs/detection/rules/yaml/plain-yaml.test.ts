import { readFile } from 'node:fs/promises';
import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { casesOf } from '#libs/testkit/measures/long-run.js';
import { readRuleFiles } from '../load/read-rule-files.js';
import { everything } from '../tests/mistake-cases-of-files.js';
import { Mistakes, type RuleMistake } from '../text/mistakes.js';
import { readPlainYaml } from './plain-yaml.js';
import { readCarefully } from './yaml-tree.js';

function carefully(text: string): unknown {
  const found: RuleMistake[] = [];
  const documents = readCarefully(text, new Mistakes('a.yml', found));
  const refused = documents.flatMap((document) => document.refused);
  return found.length + refused.length > 0 ? [...found, ...refused] : documents.map(({ map }) => map);
}

const { files } = await readRuleFiles(new URL('../../../../rules/', import.meta.url).pathname);
const page = await readFile(new URL('../../../../docs/rules.md', import.meta.url), 'utf8');
const examples = [...page.matchAll(/```yaml\n([^]*?)```/g)].map(([, text = '']) => text);
const blocks = `d: |\n  one\n\n  two\ne: >-\n  three\n  four\n\n  five\nf:\n  - |2\n     six\n  - 'seven\n\n    eight'\n  - "nine \\\n    ten \\u00e9"\n  - eleven\n    twelve\ng: {a: ~, b: [1, ], "c": ''}\n`;

describe('the fast reader of YAML', () => {
  it.each([everything, blocks, ...files.map(({ text }) => text), ...examples])('reads what rules are made of: %#', (text) => {
    expect(readPlainYaml(text)).toEqual(carefully(text));
  });

  it('reads nothing otherwise than the careful one, whatever is in a file', () => {
    const source = [everything, blocks].join('---\n');
    const piece = fc.constantFrom(
      ...source.split(/(?<=[\n :,{}[\]])/),
      '---\n',
      '--- ',
      '- ',
      '&a ',
      '*a',
      '|',
      '|\n',
      '>+\n',
      '>-\n',
      '!!binary ',
      '? ',
      ': ',
      ':',
      '"',
      "'",
      "''",
      '\t',
      '<<: ',
      '#',
      ' #',
      '%YAML 9\n',
      '\0',
      '\uFEFF',
      '\ud800',
      '...\n',
      '@',
      '\n',
      '\n\n',
      '  ',
      '0x1F',
      '1e3',
      '.5',
      '~',
      '.inf',
      '-',
      '-\n',
      'null',
      ',',
      '\\',
      '\u2028',
      '\u0085',
    );
    const mangled = fc.tuple(fc.nat(source.length), fc.nat(20), fc.oneof(fc.string({ unit: 'binary', maxLength: 5 }), piece));
    const texts = fc.oneof(
      fc.array(piece, { maxLength: 60 }).map((pieces) => pieces.join('')),
      {
        weight: 3,
        arbitrary: fc
          .array(mangled, { minLength: 1, maxLength: 3 })
          .map((all) => all.reduce((text, [at, cut, put]) => text.slice(0, at) + put + text.slice(at + cut), source)),
      },
    );
    let read = 0;
    fc.assert(
      fc.property(texts, (mangledText) => {
        // Both are given lines that end in one way (yaml-tree.ts).
        const text = mangledText.replaceAll(/\r\n?/g, '\n');
        const fast = readPlainYaml(text);
        if (fast === undefined) return;
        read += 1;
        expect(fast).toEqual(carefully(text));
      }),
      { seed: 20_261_128, numRuns: casesOf(1_000, 20_000) },
    );
    expect(read).toBeGreaterThan(100);
  });
});
