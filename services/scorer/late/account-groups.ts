// late/: reads the store beside the stream: fills windows, and judges accounts again whose accesses came too late.
// It works in pieces of some milliseconds, between frames.

import type { HistoryQuery } from '#libs/access-store/contract/history.js';
import { isStoredSubject, type SubjectKind } from '#libs/contracts/vocabulary.js';
import type { Rejudgement } from '#libs/detection/engine.js';

/** Accounts, and bytes of their names, whose history is asked for at once: the names travel in the URL, which some proxies cut short. */
export const groupAccountsMax = 256;
const namesBytesMax = 6 * 1024;

/**
 * The first that waits and those behind it that one question can ask for: of the same group, with much the same stretch of time. What one of
 * them is given beyond what it needs does no harm, but has to be read.
 */
export function nextGroup(waiting: readonly Rejudgement[], accountsMax: number): readonly Rejudgement[] {
  const [first] = waiting;
  if (!first) return [];
  const slackMs = (first.toMs - wholeFrom(first)) / 2;
  const near = (a: number, b: number) => Math.abs(a - b) <= slackMs;
  const group: Rejudgement[] = [];
  let namesBytes = 0;
  for (const one of waiting) {
    if (one.groupId !== first.groupId || !near(wholeFrom(one), wholeFrom(first)) || !near(one.toMs, first.toMs)) continue;
    namesBytes += Buffer.byteLength(one.actorId);
    if (group.length > 0 && (group.length >= accountsMax || namesBytes > namesBytesMax)) break;
    group.push(one);
  }
  return group;
}

/** What to ask the store for, so that each account of the group gets at least what it needs. */
export function queryOf(group: readonly [Rejudgement, ...Rejudgement[]], subject: SubjectKind): HistoryQuery {
  if (!isStoredSubject(subject))
    throw new Error(`no store can be asked for a subject of the kind ${subject}: its engine asks for no history`);
  const [{ groupId, outline }] = group;
  const least = (of: (one: Rejudgement) => number) =>
    group.reduce((least, one) => Math.min(least, of(one)), Number.POSITIVE_INFINITY);
  return {
    fromMs: least(({ fromMs }) => fromMs),
    toMs: -least(({ toMs }) => -toMs),
    subject,
    accounts: { groupId, actorIds: group.map(({ actorId }) => actorId) },
    // The selections are those of the rules, for all accounts alike.
    ...(outline && { outline: { toMs: least(wholeFrom), of: outline.of } }),
  };
}

/** From where on every row is needed. */
function wholeFrom({ fromMs, outline }: Rejudgement): number {
  return outline?.toMs ?? fromMs;
}
