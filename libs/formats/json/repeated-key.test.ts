import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { parseItem } from './parse-item.js';

const read = (text: string) => {
  const bytes = Buffer.from(text);
  return parseItem(bytes, 0, bytes.length);
};

describe('a key that stands twice in one object', () => {
  it.each([
    '{"patient_id":"1","patient_id":"2"}',
    '{"patient_id" :"1", "a":{"b":1}, "patient_id"\n\t: "2"}',
    '{"patient_id":"1","patient\\u005fid":"2"}',
    '{"a":[{"b":{"c":1,"d":[],"c":[1]}}]}',
    '{"a":"x\\":1","b":"\\\\","a":"y"}',
    '[{"":1,"":2}]',
    '{"a":1,"a":1.0}',
  ])('with different values is refused, and its name, which may be an identifier, is not told: %s', (text) => {
    expect(read(text)).toMatchObject({ kind: 'rejected', reason: 'repeated_key', field: '' });
  });

  it.each([
    ['{"a":"1","a":"1"}', { a: '1' }],
    ['{"a":"x\\":y","b":{"a":2},"c":[{"a":3},{"a":4}]}', { a: 'x":y', b: { a: 2 }, c: [{ a: 3 }, { a: 4 }] }],
    ['"a\\":b"', 'a":b'],
  ])('with one value, or in different objects, is read: %s', (text, value) => {
    expect(read(text)).toEqual({ kind: 'accepted', value });
  });

  it('is found wherever it is put into whatever else, and nothing is found without', () => {
    const spaces = fc.constantFrom('', ' ', '\n', '\t \r\n');
    const inner = fc.jsonValue({ maxDepth: 3 }).filter((value) => !/proto|constructor|prototype/.test(JSON.stringify(value)));
    const texts = fc.constantFrom('":', '\\":', '{"a":1}', ',"a":2', 'é\u2028', '');
    fc.assert(
      fc.property(inner, inner, texts, spaces, fc.boolean(), (first, second, text, space, isWithin) => {
        const said = [first, second].map((one) => JSON.stringify(one, undefined, space === '\n' ? 1 : 0));
        const one = `{${space}"k"${space}:${said[0]},"t":${JSON.stringify(text)}`;
        const whole = (json: string) => (isWithin ? `[0,{"k":${json}}]` : json);
        expect(read(whole(`${one}}`)).kind).toBe('accepted');
        const twice = read(whole(`${one},${space}"\\u006b"${space}:${space}${said[1]}}`));
        expect(twice.kind).toBe(said[0] === said[1] ? 'accepted' : 'rejected');
      }),
    );
  });
});
