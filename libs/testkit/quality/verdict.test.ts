import { expect, it } from '@jest/globals';
import { firstOfEachRule, mattersOf } from './verdict.js';

const of = (actorId: string, ...rules: readonly string[]) => ({ actorId, rules, patients: 1, firstTime: '', occasion: '' });

it('leaves out what an exception for the first case of an account would have kept quiet', () => {
  const [first, other, wider] = [of('a', 'x', 'y'), of('b', 'x'), of('a', 'x', 'z')];
  expect(firstOfEachRule([first, of('a', 'y'), other, of('a', 'x', 'y'), wider, of('a', 'z')])).toEqual([first, other, wider]);
});

it('counts accounts of one role that a rule told on the same day as one matter', () => {
  const [one, two, three] = [of('a', 'x', 'y'), of('b', 'y', 'z'), of('c', 'z')];
  const others = [of('d', 'w'), { ...of('e', 'x'), occasion: 'other role' }, { ...of('f', 'x'), firstTime: '2026-03-26T07:00' }];
  expect(mattersOf([one, two, three, ...others])).toEqual([[one, two, three], ...others.map((other) => [other])]);
});
