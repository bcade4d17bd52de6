import { expect, it } from '@jest/globals';
import { remembered } from './remembered.js';

it('gives what the work gives, and does it once for texts that come again, within its bounds', () => {
  let asked: string[] = [];
  const twice = remembered((text) => (asked.push(text), text === 'nothing' ? undefined : text + text), {
    entriesMax: 2,
    lengthMax: 7,
  });
  expect(['a', 'a', 'nothing', 'nothing'].map(twice)).toEqual(['aa', 'aa', undefined, undefined]);
  expect(asked).toEqual(['a', 'nothing']);
  expect(twice('too long to keep')).toBe('too long to keeptoo long to keep');
  twice('too long to keep');
  asked = [];
  // A third entry makes room by forgetting the others.
  expect(['b', 'b', 'a'].map(twice)).toEqual(['bb', 'bb', 'aa']);
  expect(asked).toEqual(['b', 'a']);
});
