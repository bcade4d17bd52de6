import { describe, expect, it } from '@jest/globals';
import { CaseBook } from '#libs/cases/case-book.js';
import type { CaseActionBody } from '#libs/contracts/case-action.js';
import type { IncidentChange } from '#libs/contracts/incident.js';
import type { MuteRow } from '#libs/contracts/mute-row.js';
import { aChange, anAction, anIncidentId, atMinute } from '#libs/testkit/case-records.js';
import { decide } from './due.js';
import { linesOf, planOf } from './plan.js';
import { aRouting } from './routing.fixture.js';
import { gathered } from './send.js';

const routing = aRouting();
const taken: CaseActionBody = { type: 'case.acknowledged' };
const resolved: CaseActionBody = { type: 'case.resolved', verdict: 'test', reason: 'a drill' };

describe('a case that nobody takes', () => {
  it('is told to all of the first step after half a minute, then step by step and round by round, and then no more', () => {
    expect(plan(bookOf(aChange('a', 1)), 24 * 60)).toEqual([
      '1.5 opening soc', '1.5 opening chat', '16.5 escalation durand 1.0', '31.5 escalation dpo 2.0',
      '46.5 escalation soc 0.1', '46.5 escalation chat 0.1', '61.5 escalation durand 1.1', '76.5 escalation dpo 2.1',
    ]); // prettier-ignore
  });

  it('tells what is critical after two seconds, those of both policies that it fits once', () => {
    const [first, ...rest] = plan(bookOf(aChange('a', 1, { level: 'critical' })), 5);
    expect(first).toBe('1.033 opening soc');
    expect(rest).toEqual(['1.033 opening chat', '1.033 opening loud-only', '1.033 opening durand']);
  });

  it('gathers the rules that fire meanwhile: the message has all of them', () => {
    const book = bookOf(
      aChange('a', 1),
      aChange('a', 2, { change_type: 'incident.rule_added', minute: 1.2, rules: ['mass-access-10m', 'b'], level: 'critical' }),
    );
    const [first] = sendsOf(book, 3);
    expect(first?.message).toMatchObject({
      at: atMinute(1.2 + 2 / 60),
      case: { rules: ['mass-access-10m', 'b'] },
      change_type: 'incident.rule_added',
    });
  });

  it('comes to the next step at once when nobody is on call, and says so', () => {
    const book = bookOf(aChange('a', 1, { rules: ['nobody-there'] }));
    expect(plan(book, 5)).toEqual(['1.5 escalation soc 1.0']);
    expect(planAt(book, 5).nobody).toMatchObject([{ policy: 'nobody', schedule: 'nobody', step: 0, round: 0 }]);
  });

  it('comes to the next step at once when nobody of a step can be reached', () => {
    const book = bookOf(aChange('a', 1));
    const firsts = new Set(sendsOf(book, 2).map(({ send_id }) => send_id));
    const failedAt = (id: string) => (firsts.has(id) ? at(3) : undefined);
    expect(planAt(book, 20, [], failedAt).sends.map(told)).toEqual([
      '1.5 opening soc', '1.5 opening chat', '3 escalation durand 1.0',
    ]); // prettier-ignore
  });

  it('waits for an opening where its route says so, unless it becomes critical', () => {
    const sunday = { group_id: 'waits', changed_at: '2026-01-04T10:00:00.000Z' };
    const book = bookOf(aChange('a', 1, sunday));
    expect(planAt(book, 1e6).sends[0]?.message.at).toBe('2026-01-05T07:00:00.000Z');
    book.addChange(aChange('a', 2, { ...sunday, level: 'critical', changed_at: '2026-01-04T12:00:00.000Z' }));
    expect(planAt(book, 1e6).sends[0]?.message.at).toBe('2026-01-04T12:00:02.000Z');
  });
});

describe('a case that somebody takes', () => {
  it('stops what would come after: at 14:59 there is no second step', () => {
    const book = bookOf(aChange('a', 1));
    book.addAction(anAction('a', 1.5 + 14 + 59 / 60, taken));
    expect(plan(book, 24 * 60)).toEqual(['1.5 opening soc', '1.5 opening chat']);
  });

  it('tells its growth by tens and its level, to whoever was told', () => {
    const book = bookOf(aChange('a', 1));
    book.addAction(anAction('a', 2, taken));
    for (const [index, patients] of [60, 100, 200, 399].entries())
      book.addChange(aChange('a', 2 + index, { patients, minute: 3 + index }));
    expect(plan(book, 60)).toHaveLength(2);
    book.addChange(aChange('a', 9, { level: 'critical', patients: 399, minute: 10 }));
    expect(plan(book, 60).slice(2)).toEqual(['10 level soc', '10 level chat', '10 opening loud-only', '10 opening durand']);
  });

  it('is new again at ten times the patients, and is told from the first step on', () => {
    const book = bookOf(aChange('a', 1));
    book.addAction(anAction('a', 2, taken));
    book.addChange(aChange('a', 3, { patients: 400 }));
    expect(plan(book, 30).slice(2)).toEqual(['3.5 again soc', '3.5 again chat', '18.5 escalation durand 1.0']);
  });

  it('tells whoever it is given to', () => {
    const book = bookOf(aChange('a', 1));
    book.addAction(anAction('a', 2, { type: 'case.assigned', owner: 'b.leroy' }));
    expect(plan(book, 60).slice(2)).toEqual(['2 asked leroy']);
  });
});

describe('a pull of 758,912 patients', () => {
  it('that nobody takes is told six times at most to each but for the steps of its escalation, its end among them', () => {
    const steps = [40, 100, 200, 400, 1_000, 2_000, 5_000, 10_000, 20_000, 50_000, 100_000, 200_000, 500_000, 758_912];
    const book = bookOf(
      ...steps.map((patients, index) =>
        aChange('a', index + 1, { patients, step: patients, minute: 1 + index, level: index > 2 ? 'critical' : 'high' }),
      ),
    );
    book.addAction(anAction('a', 20, resolved, { seen: 99 }));
    const soc = plan(book, 600).filter((line) => line.includes(' soc') && !line.includes('escalation'));
    expect(soc.map((line) => line.split(' ')[1])).toEqual(['opening', 'level', 'grew', 'grew', 'grew', 'ended']);
  });
});

describe('a case that is over', () => {
  it('is told to whoever was told of it, and what was not sent yet is needless', () => {
    const book = bookOf(aChange('a', 1));
    book.addAction(anAction('a', 20, resolved));
    expect(plan(book, 60)).toEqual([
      '1.5 opening soc',
      '1.5 opening chat',
      '16.5 escalation durand 1.0',
      '20 ended soc',
      '20 ended chat',
      '20 ended durand',
    ]);
    const [opening, , , ended] = sendsOf(book, 60);
    if (!opening || !ended) throw new Error('nothing is planned');
    expect(decide(opening, at(61), () => false)).toBe('superseded');
    expect(decide(ended, at(61), () => false)).toBe('superseded');
    expect(decide(ended, at(61), (id) => id === opening.send_id)).toBe('tell');
  });

  it('before anybody was told of it is not told at all', () => {
    const book = bookOf(aChange('a', 1), aChange('a', 2, { change_type: 'incident.withdrawn', state: 'withdrawn', minute: 1.1 }));
    expect(plan(book, 60)).toEqual([]);
  });

  it('because the scorer took it back says so', () => {
    const book = bookOf(aChange('a', 1), aChange('a', 2, { change_type: 'incident.withdrawn', state: 'withdrawn' }));
    expect(plan(book, 60).slice(2)).toEqual(['2 withdrawn soc', '2 withdrawn chat']);
  });

  it('as part of another is told with that one, to those of both', () => {
    const book = bookOf(aChange('a', 1), aChange('b', 1, { clinics: ['750300123', '750300124'] }));
    book.addAction(anAction('a', 3, { type: 'case.linked', incident_ids: [anIncidentId('b')] }));
    book.addAction(anAction('a', 30, resolved));
    const ends = sendsOf(book, 60).filter(({ kind }) => kind === 'ended');
    expect(ends.map(({ receiver }) => receiver).toSorted()).toEqual(['chat', 'ndb', 'soc']);
    expect(new Set(ends.map(({ case_id }) => case_id))).toEqual(new Set([anIncidentId('a')]));
    expect(plan(book, 600).filter((line) => line.includes('escalation'))).toEqual([]);
  });
});

describe('a mute', () => {
  it('keeps messages back and records them; at its end what is still new is told, all cases in one, and escalates from the first step', () => {
    const book = bookOf(aChange('a', 1), aChange('b', 2), aChange('c', 3), aChange('d', 4, { level: 'critical' }));
    book.addAction(anAction('c', 10, taken));
    const sends = gathered(['a', 'b', 'c', 'd'].flatMap((name) => planAt(book, 80, [aMute({})], undefined, name).sends));
    const kept = sends.filter(({ mutedBy }) => mutedBy !== '');
    expect(kept.map(told)).toEqual(
      ['1.5', '2.5', '3.5'].flatMap((minute) => [`${minute} opening soc`, `${minute} opening chat`]),
    );
    const said = sends.filter(({ mutedBy, case_id }) => mutedBy === '' && case_id !== anIncidentId('d'));
    expect(said.map(told)).toEqual([
      '60 muted_end soc',
      '60 muted_end chat',
      '75 escalation durand 1.0',
      '75 escalation durand 1.0',
    ]);
    expect(said[0]?.message.cases?.map(({ case_id }) => case_id).toSorted()).toEqual(
      [anIncidentId('a'), anIncidentId('b')].toSorted(),
    );
  });

  it('that is removed ends then', () => {
    const mute = aMute({ removed: true, updated_at: atMinute(20) });
    const sends = planAt(bookOf(aChange('a', 1)), 30, [mute]).sends.filter(({ mutedBy }) => mutedBy === '');
    expect(sends.map(told)).toEqual(['20 muted_end soc', '20 muted_end chat']);
  });

  it('is over for a case that becomes critical, unless it says otherwise', () => {
    const book = bookOf(aChange('a', 1), aChange('a', 2, { level: 'critical', minute: 10 }));
    expect(said(book, [aMute({})])[0]).toBe('10.033 opening soc');
    expect(said(book, [aMute({ covers_critical: true })])[0]).toBe('60 muted_end soc');
  });

  it('of an account keeps nothing back once an incident of another account is part of the case', () => {
    const book = bookOf(aChange('a', 1), aChange('b', 1, { actor_id: 'somebody' }));
    book.addAction(anAction('a', 10, { type: 'case.linked', incident_ids: [anIncidentId('b')] }));
    book.addChange(aChange('b', 30, { actor_id: 'somebody', change_type: 'incident.step', patients: 4_000 }));
    expect(said(book, [aMute({ actor_id: 'dr.martin' })]).filter((one) => one.startsWith('30'))).toContain('30.5 again soc');
  });

  it.each([
    ['another account', { actor_id: 'somebody' }],
    ['another clinic', { clinic_id: '750300999' }],
    ['another rule', { rule_id: 'another' }],
    ['another group', { group_id: 'helix' }],
    ['a lower level', { level_max: 'medium' }],
  ] as const)('of %s keeps nothing back', (_what, given) => {
    expect(said(bookOf(aChange('a', 1)), [aMute(given)])[0]).toBe('1.5 opening soc');
  });
});

function said(book: CaseBook, mutes: readonly MuteRow[]): readonly string[] {
  return planAt(book, 70, mutes)
    .sends.filter(({ mutedBy }) => mutedBy === '')
    .map(told);
}

function aMute(given: Partial<MuteRow>): MuteRow {
  return {
    mute_id: 'a'.repeat(32),
    group_id: 'aleo',
    actor_id: '',
    clinic_id: '',
    rule_id: '',
    level_max: '',
    starts_at: atMinute(0),
    ends_at: atMinute(60),
    owner: 'it',
    reason: 'migration',
    covers_critical: false,
    created_by: 'it',
    created_at: atMinute(0),
    removed: false,
    updated_at: atMinute(0),
    ...given,
  };
}

function bookOf(...changes: readonly IncidentChange[]): CaseBook {
  const book = new CaseBook();
  for (const change of changes) book.addChange(change);
  return book;
}

function at(minute: number): number {
  return Date.parse(atMinute(minute));
}

function planAt(
  book: CaseBook,
  minute: number,
  mutes: readonly MuteRow[] = [],
  failedAt = (_id: string): number | undefined => undefined,
  name = 'a',
) {
  return planOf(linesOf(book, anIncidentId(name), at(minute)), { routing, mutes, until: at(minute), failedAt });
}

function sendsOf(book: CaseBook, minute: number) {
  return planAt(book, minute).sends.filter((send) => send.at <= at(minute));
}

function plan(book: CaseBook, minute: number): readonly string[] {
  return sendsOf(book, minute).map(told);
}

/** `16.5 escalation durand 1.0`: minute, kind, receiver, and of an escalation its step and round. */
function told({ message, kind, receiver, step, round }: ReturnType<typeof sendsOf>[number]): string {
  const minute = Math.round((Date.parse(message.at) - at(0)) / 60) / 1000;
  return `${minute} ${kind} ${receiver}${kind === 'escalation' ? ` ${step}.${round}` : ''}`;
}
