import type { DeskRecords, KeptQuiet } from '#libs/access-store/desk/desk-records.js';
import { caveat } from '#libs/attribution/leak.js';
import { explainException, explainExceptionInFrench } from '#libs/detection/rules/load/check-rules.js';
import type { LoadedRules } from '#libs/detection/rules/load/load-rules.js';
import { frenchTitle } from './rule-book.js';
import { isoOf } from '#libs/runtime/clock.js';
import { type Answer, ok, refused } from '../answer/answer.js';
import type { User } from '../users/users.js';

const dayMs = 86_400_000;
/** Days of the books that are shown, this one included. */
const bookDays = 14;
/** How far back receivers and exceptions are counted, milliseconds. */
const channelsMs = 7 * dayMs;
const quietMs = 30 * dayMs;

export interface LookTools {
  readonly records: Pick<DeskRecords, 'books' | 'channels' | 'keptQuiet' | 'leaks' | 'findings'>;
  readonly user: User;
  /** Wall clock, milliseconds. */
  readonly now: number;
}

/** Do the books balance: `GET /v1/books`. Of each day and source what came, and what became of it. */
export async function booksOf({ records, now }: LookTools): Promise<Answer> {
  const days = await records.books(now - (bookDays - 1) * dayMs);
  return ok({ checked_at: isoOf(now), days }, { case_id: '', rows: days.length });
}

/** How receivers are reached: `GET /v1/channels`. */
export async function channelsOf({ records, now }: LookTools): Promise<Answer> {
  const channels = await records.channels(now - channelsMs);
  return ok({ checked_at: isoOf(now), from: isoOf(now - channelsMs), channels }, { case_id: '', rows: channels.length });
}

/** What exceptions keep quiet, by whom, until when: `GET /v1/exceptions`. Who answers for them and what they hid is told to those who see all clinics: they name accounts. */
export async function exceptionsOf({ records, user, now }: LookTools, { rules, exceptions }: LoadedRules): Promise<Answer> {
  const isWhole = user.clinics === undefined;
  const hidden = new Map<string, KeptQuiet>();
  if (isWhole) for (const one of await records.keptQuiet(now - quietMs)) hidden.set(one.exception_id, one);
  const listed = exceptions.map((one) => {
    const { id, title, owner, reason, expiresMs } = one;
    const on = rules
      .filter((rule) => rule.raises && rule.exceptions.some((own) => own.id === id))
      .map((rule) => ({ rule_id: rule.id, title: rule.title }));
    const told = {
      owner,
      reason,
      title,
      words: explainException(one),
      words_fr: explainExceptionInFrench(one, frenchTitle),
      hidden: hiddenBy(hidden.get(id)),
    };
    return { exception_id: id, until: isoOf(expiresMs), is_over: expiresMs <= now, rules: on, told: isWhole ? told : null };
  });
  return ok({ from: isoOf(now - quietMs), exceptions: listed }, { case_id: '', rows: listed.length });
}

function hiddenBy(found: KeptQuiet | undefined) {
  if (!found) return { matches: 0, accounts: 0, most_patients: 0, last_at: null };
  const { exception_id: _id, ...figures } = found;
  return figures;
}

const leaksKept = (user: User): Answer | undefined =>
  user.roles.includes('dpo') && user.clinics === undefined
    ? undefined
    : refused(
        403,
        'not_allowed',
        'samples that were compared with what everybody opened are told to data-protection officers who see all clinics',
      );

/** Samples that were compared before: `GET /v1/leaks`. */
export async function pastLeaks({ records, user }: LookTools): Promise<Answer> {
  const kept = leaksKept(user);
  if (kept) return kept;
  const leaks = await records.leaks();
  return ok({ leaks }, { case_id: '', rows: leaks.length });
}

/** One of them, as it was answered: `GET /v1/leaks/{id}`. What did not stand out enough, and exports of its size, were not kept. */
export async function pastLeak({ records, user }: LookTools, id: string): Promise<Answer> {
  const kept = leaksKept(user);
  if (kept) return kept;
  const [[leak], findings] = await Promise.all([records.leaks(id), records.findings(id)]);
  if (!leak) return refused(404, 'unknown_leak', 'no sample with this id was compared: GET /v1/leaks lists them');
  const { control_samples: samples, control_named: named, best_actor: _actor, best_matched: _matched, ...own } = leak;
  const body = {
    ...own,
    findings,
    doubtful: [],
    smallest: null,
    controls: { samples, named },
    exports_found: 0,
    exports: [],
    caveat,
  };
  return ok(body, { case_id: '', rows: findings.length });
}
