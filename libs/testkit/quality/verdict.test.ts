import { expect, it } from '@jest/globals';
import { firstOfEachRule } from './verdict.js';

const of = (actorId: string, ...rules: readonly string[]) => ({ actorId, rules, patients: 1, firstTime: '', occasion: '' });

it('leaves out what an exception for the first case of an account would have kept quiet', () => {
  const [first, other, wider] = [of('a', 'x', 'y'), of('b', 'x'), of('a', 'x', 'z')];
  expect(firstOfEachRule([first, of('a', 'y'), other, of('a', 'x', 'y'), wider, of('a', 'z')])).toEqual([first, other, wider]);
});
