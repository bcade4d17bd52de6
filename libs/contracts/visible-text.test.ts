import { describe, expect, it } from '@jest/globals';
import { printable, printableLines, visibleName } from './visible-text.js';

const lastCodePoint = 0x10ffff;

/** Every code point that a terminal, or an eye, does not take for a character: of all there are. */
function hidden(): readonly string[] {
  const found: string[] = [];
  for (let point = 0; point <= lastCodePoint; point += 1) {
    const character = String.fromCodePoint(point);
    if (/^[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{DI}]$/u.test(character)) found.push(character);
  }
  return found;
}

const all = hidden();
const known = new Set(all);
/** Controls are refused where names are read, and signs such as the Arabic end of a verse are drawn. */
const unseen = all.filter((one) => /^[\p{DI}\p{Zl}\p{Zp}\p{Bidi_Control}\ufff9-\ufffb]$/u.test(one));

describe('text for a terminal', () => {
  it('holds none of the characters that it obeys or hides, in any place', () => {
    expect(all.length).toBeGreaterThan(4000);
    for (const one of all) {
      const told = printable({ name: `dr${one}.martin`, list: [one, { [one]: one }] });
      expect([...JSON.stringify(told)].filter((character) => known.has(character))).toEqual([]);
      expect(told.name).toMatch(/^dr(\\u[0-9a-f]{4}){1,2}\.martin$/);
    }
  });

  it('is otherwise what it was', () => {
    const told = { name: 'Zoë Đặng — 王小明 👩', figure: 3, none: null, yes: true };
    expect(printable(told)).toEqual(told);
  });

  it('keeps lines that are ours, and JSON means the same', () => {
    for (const one of all) {
      const text = JSON.stringify({ name: `a${one}b` }, undefined, 2);
      const told = printableLines(text);
      expect(told.split('\n')).toHaveLength(3);
      expect(JSON.parse(told)).toEqual(JSON.parse(text));
      expect([...told].filter((character) => character !== '\n' && known.has(character))).toEqual([]);
    }
  });
});

describe('a name that is counted', () => {
  it('is one name with and without every character that cannot be seen', () => {
    expect(unseen.length).toBeGreaterThan(4000);
    for (const one of unseen)
      for (const name of [`${one}dr.martin`, `dr${one}.martin`, `dr.martin${one}`]) expect(visibleName(name)).toBe('dr.martin');
  });

  it('is one name however it is composed, and whatever blank it is written with', () => {
    expect(visibleName('Zoe\u0308 Martin')).toBe('Zoë Martin');
    for (const blank of ['\u00a0', '\u2002', '\u2009', '\u202f', '\u3000'])
      expect(visibleName(`Zoë${blank}Martin`)).toBe('Zoë Martin');
  });

  it('keeps what can be seen, in its case', () => {
    for (const name of ['DR.Martin', 'j-p_o’neill', '王小明', 'علي', 'user@example.org', '123'])
      expect(visibleName(name)).toBe(name);
  });
});
