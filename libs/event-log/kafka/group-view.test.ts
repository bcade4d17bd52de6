import { describe, expect, it } from '@jest/globals';
import { agreementOf, type GroupView, type MemberView, type OwnView } from './group-view.js';

const own: OwnView = { clientId: 'mine', memberIds: new Set(['m1']), memberId: 'm1', served: new Set(['t/0', 't/1']) };
const joining: OwnView = { ...own, memberIds: new Set(), memberId: '', served: new Set() };

const cases: readonly (readonly [string, GroupView, OwnView, string | RegExp])[] = [
  ['what is assigned is served', group([mine('m1', 't/0', 't/1'), other('x', 't/2')]), own, 'agrees'],
  ['nothing is assigned and nothing served', group([mine('m1')]), { ...own, served: new Set() }, 'agrees'],
  ['partitions are being shared anew', { ...group([mine('m1')]), settled: false }, own, 'unknown'],
  ['a partition is assigned and not served', group([mine('m1', 't/0', 't/1', 't/3')]), own, /not served: t\/3/],
  ['a partition is served and not assigned', group([mine('m1', 't/0')]), own, /not assigned to it: t\/1/],
  ['we are not in the group', group([other('x', 't/0', 't/1')]), own, /no member of the group/],
  ['nobody is in the group', group([]), own, /no member of the group/],
  ['another application joined it by the newer protocol', { ...group([]), unknown: true }, own, /another application .*KIP-848/],
  ['we have not joined, and nobody has', { ...group([]), unknown: true }, joining, /no member of the group/],
  [
    'a second member of ours',
    group([mine('m1', 't/0', 't/1'), mine('m0', 't/2')]),
    own,
    /1 member\(s\) .* nobody runs, with 1 part/,
  ],
  ['the same while partitions are shared anew', { ...group([mine('m1'), mine('m0')]), settled: false }, own, /nobody runs/],
  ['another membership of this process', group([mine('m1', 't/0', 't/1'), mine('m2')]), alsoRuns('m2'), 'agrees'],
  ['we join again, and have another name', { ...group([mine('new')]), settled: false }, own, 'unknown'],
  [
    'we join again, and an older member of ours is there',
    { ...group([mine('new'), mine('m0')]), settled: false },
    own,
    /nobody runs/,
  ],
  ['we join and do not know our name yet', { ...group([mine('new')]), settled: false }, joining, 'unknown'],
  [
    'we join, and an older member of ours is there',
    { ...group([mine('new'), mine('m0')]), settled: false },
    joining,
    /nobody runs/,
  ],
];

describe('what the coordinator knows against what is done here', () => {
  it.each(cases)('%s', (_, view, ours, expected) => {
    const agreement = agreementOf(view, ours);
    if (typeof expected === 'string') expect(agreement).toEqual({ kind: expected });
    else expect(agreement).toEqual({ kind: 'differs', how: expect.stringMatching(expected) });
  });
});

function group(members: readonly MemberView[]): GroupView {
  return { settled: true, members };
}

function mine(memberId: string, ...partitions: readonly string[]): MemberView {
  return { memberId, clientId: 'mine', partitions };
}

function other(memberId: string, ...partitions: readonly string[]): MemberView {
  return { memberId, clientId: 'theirs', partitions };
}

function alsoRuns(memberId: string): OwnView {
  return { ...own, memberIds: new Set(['m1', memberId]) };
}
