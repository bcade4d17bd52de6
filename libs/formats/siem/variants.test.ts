import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { parseCef } from '../cef/parse-cef.js';
import { parsePairs } from '../kv/parse-pairs.js';
import { parseLeef } from '../leef/parse-leef.js';
import { structuredDataAt } from '../syslog/structured-data.js';

const name = fc.string({ unit: fc.constantFrom(...'abcXYZ019_.-'), minLength: 1, maxLength: 12 }).map((text) => `k${text}`);
/** Text as senders have it: without blanks at its ends, which no format keeps. */
const value = fc
  .string({ unit: fc.constantFrom(...'ab é=|\\"\'^;,:<>&[]{}/1'), minLength: 1, maxLength: 20 })
  .map((text) => `v${text}.`);
const pairs = fc.uniqueArray(fc.tuple(name, value), { maxLength: 12, selector: ([key]) => key });
const header = fc.string({ unit: fc.constantFrom(...'abc é|\\='), maxLength: 10 }).map((text) => `h${text}.`);

describe('names and values', () => {
  it('come back from CEF as they were written by its rules', () => {
    fc.assert(
      fc.property(fc.tuple(header, header, header, header), pairs, (fields, given) => {
        const [vendor, product, signature, title] = fields;
        const head = ['CEF:0', vendor, product, '1', signature, title, '3'].map((one) =>
          one.replaceAll(/[\\|]/g, String.raw`\$&`),
        );
        const extension = given.map(([key, text]) => `${key}=${text.replaceAll(/[\\=]/g, String.raw`\$&`)}`).join(' ');
        expect(parseCef(`${head.join('|')}|${extension}`)).toEqual({ vendor, product, events: [signature, title], pairs: given });
      }),
    );
  });

  it('come back from LEEF, whatever separates them and however that is said', () => {
    const separator = fc.constantFrom('\t', '~', '#', '%', '!');
    fc.assert(
      fc.property(separator, fc.nat({ max: 2 }), pairs, (one, how, given) => {
        const code = one.codePointAt(0)?.toString(16).padStart(2, '0') ?? '';
        const said = [one, `0x${code}`, `x${code}`][how] ?? one;
        const attributes = given.map(([key, text]) => `${key}=${text}`).join(one);
        // A single attribute is separated by nothing.
        if (given.length > 1) expect(parseLeef(`LEEF:2.0|V|P|1|E|${said}|${attributes}`)?.pairs).toEqual(given);
      }),
    );
  });

  it.each(['#011', String.raw`\011`, String.raw`\t`, '^I', '<009>'])(
    'come back from LEEF whose tabs a relay wrote as %s',
    (tab) => {
      for (const head of ['LEEF:1.0|V|P|1|E|', 'LEEF:2.0|V|P|1|E|x09|', 'LEEF:2.0|V|P|1|E||'])
        expect(parseLeef(`${head}a=1${tab}b=x #011 y${tab}c=`)?.pairs).toEqual([
          ['a', '1'],
          ['b', 'x #011 y'],
          ['c', ''],
        ]);
    },
  );

  it('come back from quotes and from structured data', () => {
    fc.assert(
      fc.property(pairs, (given) => {
        const quoted = given.map(([key, text]) => `${key}="${text.replaceAll(/["\\]/g, String.raw`\$&`)}"`).join(' ');
        expect(parsePairs(quoted)).toEqual(given);
        const element = `[id ${given.map(([key, text]) => `${key}="${text.replaceAll(/["\\\]]/g, String.raw`\$&`)}"`).join(' ')}] m`;
        const { fields = {}, end } = structuredDataAt(element, 0) ?? {};
        expect(given.map(([key]) => [key, fields[`id.${key}`]])).toEqual(given);
        expect(end).toBe(element.length - 2);
      }),
    );
  });
});
