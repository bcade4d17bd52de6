// accounts/: answers what the windows hold of one account.
// It reads, and changes nothing.

import type { AccountView, RuleView, UsualView } from '#libs/contracts/accounts/account-view.js';
import type { SubjectKind } from '#libs/contracts/vocabulary.js';
import { type Clock, isoOf } from '#libs/runtime/clock.js';
import type { HabitBook } from '../habits/habit-book.js';
import type { OwnedPartition } from '../judge/owned-partition.js';

/** What the windows hold of an account, and how fresh that is. */
export interface AccountAnswer extends AccountView {
  readonly partition: number;
  /** Wall clock of this answer. */
  readonly as_of: string;
  /** `received_at` of the newest frame judged, empty before the first since this process began. */
  readonly newest_received_at: string;
  /** Windows of the partition still lack accesses of the past. */
  readonly windows_filling: boolean;
  /** Late accesses of the account wait to be judged again from the store. */
  readonly rejudgement_waiting: boolean;
}

export interface NotHere {
  readonly error: 'not_held_here' | 'unknown_account';
  readonly message: string;
}

/** Who knows which partition an account belongs to, and holds some of them. */
export interface Holder {
  partitionOf(groupId: string, actorId: string, subject: SubjectKind): number;
  partitions(): readonly OwnedPartition[];
  /** What is usual, where rules may ask for it. */
  readonly habits?: Pick<HabitBook, 'usualOf'> | undefined;
}

/** `subject`: what `actorId` names. */
export function accountAnswer(
  holder: Holder,
  clock: Clock,
  groupId: string,
  actorId: string,
  subject: SubjectKind = 'account',
): AccountAnswer | NotHere {
  const partition = holder.partitionOf(groupId, actorId, subject);
  const owned = holder.partitions().find(({ scorer }) => scorer.subject === subject && scorer.at.partition === partition);
  if (!owned)
    return {
      error: 'not_held_here',
      message: `the ${subject} belongs to partition ${partition}, which another scorer holds: ask the others`,
    };
  const view = owned.scorer.explain(groupId, actorId);
  if (!view)
    return {
      error: 'unknown_account',
      message: `no access of the ${subject} that a rule looks at lies within the windows of partition ${partition}: check group and ${subject}`,
    };
  const { newestReceivedAt } = owned.scorer;
  return {
    ...view,
    rules: view.rules.map((rule) =>
      withUsual(rule, (of) => holder.habits?.usualOf(rule.rule_id, { groupId, key: actorId, ...of })),
    ),
    partition,
    as_of: isoOf(clock.now()),
    newest_received_at: newestReceivedAt > 0 ? isoOf(newestReceivedAt) : '',
    windows_filling: owned.filling !== undefined,
    rejudgement_waiting: owned.scorer.rejudgements().some((one) => one.groupId === groupId && one.actorId === actorId),
  };
}

/** What the model says of the day that a rule speaks of. */
function withUsual(
  rule: RuleView,
  usualOf: (of: { readonly day: number; readonly count: number; readonly roles: readonly string[] }) => UsualView | undefined,
): RuleView {
  const { habit } = rule;
  const usual = habit && usualOf({ day: habit.day, count: habit.most, roles: habit.roles ?? [] });
  return usual ? { ...rule, habit: { ...habit, usual } } : rule;
}
