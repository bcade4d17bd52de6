import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { concatenatedJson } from './concatenated.js';

describe('JSON values one behind the other', () => {
  it.each([
    ['', []],
    [' \n', []],
    ['{"event":1}', ['{"event":1}']],
    ['{"event":1}{"event":2}', ['{"event":1}', '{"event":2}']],
    ['\uFEFF{"a":"}{\\""}\r\n\r\n [1,[2]]{}', ['{"a":"}{\\""}', '[1,[2]]', '{}']],
    ['{"event":1}{"event":2', ['{"event":1}', '{"event":2 …']],
    ['{"event":"cut {', ['{"event":"cut { …']],
    ['{"event":1},{"event":2}x\n7 {}', ['{"event":1}', ',', '{"event":2}', 'x', '7 ', '{}']],
    ['}{"event":1}', ['}', '{"event":1}']],
  ])('%j', (text, items) => expect(taken(text)).toEqual(items));

  it('gives back what was put together, however it is spaced, and marks whatever is cut off', () => {
    const values = fc.array(fc.oneof(fc.object(), fc.array(fc.jsonValue())), { minLength: 1, maxLength: 5 });
    const spaces = fc.constantFrom('', ' ', '\n', '\r\n\t');
    fc.assert(
      fc.property(values, spaces, fc.nat(), (given, space, at) => {
        const parts = given.map((value) => JSON.stringify(value));
        expect(taken(parts.join(space))).toEqual(parts);
        const last = parts.at(-1) ?? '';
        const cut = Math.max(1, at % last.length);
        expect(taken([...parts.slice(0, -1), last.slice(0, cut).toWellFormed()].join(space)).at(-1)).toMatch(/ …$/);
      }),
    );
  });

  it('covers every byte that is no white space, whatever the bytes are', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        let end = 0;
        for (const item of concatenatedJson(bytes)) {
          expect(item.start).toBeGreaterThanOrEqual(end);
          expect(item.end).toBeGreaterThan(item.start);
          end = item.end;
        }
        expect(end).toBeLessThanOrEqual(bytes.length);
      }),
    );
  });
});

function taken(text: string): readonly string[] {
  const bytes = Buffer.from(text);
  return [...concatenatedJson(bytes)].map(
    ({ start, end, complete }) => `${bytes.subarray(start, end).toString()}${complete ? '' : ' …'}`,
  );
}
