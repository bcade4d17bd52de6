import { describe, expect, it } from '@jest/globals';
import type { CaseActionBody } from '#libs/contracts/case-action.js';
import type { IncidentChange } from '#libs/contracts/incident.js';
import { caseRow } from '#libs/contracts/case-row.js';
import { aChange, anAction, anIncidentId, atMinute } from '#libs/testkit/case-records.js';
import { CaseBook } from './case-book.js';
import { standardPolicy } from './policy.js';

const resolved = (verdict: 'false_positive' | 'true_positive' | 'test'): CaseActionBody => ({
  type: 'case.resolved',
  verdict,
  reason: 'known',
});
const taken: CaseActionBody = { type: 'case.acknowledged' };
const judged = (verdict: 'authorised' | 'suspicious'): CaseActionBody => ({ type: 'case.verdict', verdict, reason: 'asked' });
const answer = (json: string, seen: Readonly<Record<string, string>>): CaseActionBody => ({
  type: 'dossier.answered',
  controller_id: 'c1',
  answers: { 'nature.cause': json },
  answers_seen: seen,
});

describe('a case', () => {
  it('is there without anybody doing anything, and waits as long as its level allows', () => {
    const book = bookOf(aChange('a', 1, { level: 'critical' }), aChange('b', 1));
    expect(view(book, 'a', 2)).toMatchObject({
      status: 'new',
      opened_at: atMinute(1),
      acknowledge_by: atMinute(6),
      patients: 40,
    });
    expect(view(book, 'b', 2)).toMatchObject({ status: 'new', acknowledge_by: atMinute(16), owner: '', verdict: '' });
    expect(caseRow.parse(view(book, 'b', 2))).toBeDefined();
  });

  it('moves its figures by what is not told, without a line', () => {
    const book = bookOf(aChange('a', 1), aChange('a', 2, { change_type: 'incident.updated', patients: 57 }));
    expect(view(book, 'a', 3)).toMatchObject({ patients: 57, version: 2 });
    expect(lines(book, 'a', 3)).toEqual(['incident.opened counted new']);
  });

  it('is not made of what is never told', () => {
    const book = bookOf(aChange('a', 1, { change_type: 'incident.suppressed', state: 'suppressed' }));
    expect(book.rows(at(2))).toEqual([]);
  });

  it('is taken once: a second acknowledgement is right and does nothing', () => {
    const book = bookOf(aChange('a', 1));
    book.addAction(anAction('a', 2, taken));
    book.addAction(anAction('a', 3, taken, { by: 'b.leroy' }));
    expect(view(book, 'a', 4)).toMatchObject({
      status: 'acknowledged',
      acknowledged_by: 'a.durand',
      acknowledge_by: null,
      version: 2,
    });
    expect(lines(book, 'a', 4).slice(1)).toEqual([
      'case.acknowledged counted acknowledged',
      'case.acknowledged repeated acknowledged',
    ]);
  });

  it('is resolved once: a second resolution is kept and counts for nothing', () => {
    const book = bookOf(aChange('a', 1));
    book.addAction(anAction('a', 2, resolved('test')));
    book.addAction(anAction('a', 3, resolved('false_positive'), { by: 'b.leroy' }));
    expect(view(book, 'a', 4)).toMatchObject({ status: 'resolved', verdict: 'test', resolved_by: 'a.durand' });
    expect(lines(book, 'a', 4).at(-1)).toBe('case.resolved superseded resolved');
  });

  it('is not acknowledged by a note, nor reopened by an acknowledgement', () => {
    const book = bookOf(aChange('a', 1));
    book.addAction(anAction('a', 2, { type: 'case.noted', note_id: 'c'.repeat(32), text: 'asked the ward' }));
    expect(view(book, 'a', 3).status).toBe('new');
    book.addAction(anAction('a', 4, resolved('test')));
    book.addAction(anAction('a', 5, taken));
    expect(view(book, 'a', 6).status).toBe('resolved');
  });

  it('keeps what a note said before it was corrected, and takes corrections of its author only', () => {
    const book = bookOf(aChange('a', 1));
    const note_id = 'c'.repeat(32);
    book.addAction(anAction('a', 2, { type: 'case.noted', note_id, text: 'one' }));
    book.addAction(anAction('a', 3, { type: 'case.note_corrected', note_id, text: 'two' }));
    book.addAction(anAction('a', 4, { type: 'case.note_corrected', note_id, text: 'three' }, { by: 'b.leroy' }));
    expect([...(book.caseOf(anIncidentId('a'), at(5))?.state.notes.values() ?? [])]).toEqual([
      { noteId: note_id, by: 'a.durand', at: atMinute(2), texts: [{ at: atMinute(2), text: 'one' }, { at: atMinute(3), text: 'two' }] },
    ]); // prettier-ignore
  });

  it('is not given to somebody over what another has set since it was looked at', () => {
    const book = bookOf(aChange('a', 1));
    book.addAction(anAction('a', 2, { type: 'case.assigned', owner: 'a.durand' }, { seen_version: 1 }));
    book.addAction(anAction('a', 3, { type: 'case.assigned', owner: 'b.leroy' }, { seen_version: 1 }));
    expect(view(book, 'a', 4).owner).toBe('a.durand');
    book.addAction(anAction('a', 5, { type: 'case.assigned', owner: 'b.leroy' }, { seen_version: 2 }));
    expect(view(book, 'a', 6).owner).toBe('b.leroy');
  });

  it('is not judged over what another has found since it was looked at', () => {
    const book = bookOf(aChange('a', 1));
    book.addAction(anAction('a', 2, judged('authorised'), { seen_version: 1 }));
    book.addAction(anAction('a', 3, judged('suspicious'), { seen_version: 1 }));
    expect(view(book, 'a', 4).verdict).toBe('authorised');
    book.addAction(anAction('a', 5, judged('suspicious'), { seen_version: 2 }));
    expect(view(book, 'a', 6).verdict).toBe('suspicious');
  });

  it('keeps an answer of a dossier that stood there, and takes none over what was not seen', () => {
    const book = bookOf(aChange('a', 1));
    book.addAction(anAction('a', 2, answer('"one"', {})));
    book.addAction(anAction('a', 3, answer('"one"', {})));
    book.addAction(anAction('a', 4, answer('"other"', {})));
    book.addAction(anAction('a', 5, answer('"other"', { 'nature.cause': atMinute(2) })));
    const effects = book
      .caseOf(anIncidentId('a'), at(6))
      ?.entries.slice(1)
      .map(({ effect }) => effect);
    expect(effects).toEqual(['counted', 'repeated', 'superseded', 'counted']);
  });
});

describe('time', () => {
  it.each([
    ['high', 24 * 60],
    ['critical', 4 * 60],
  ] as const)('makes a %s case new again %d minutes after anybody did anything', (level, after) => {
    const book = bookOf(aChange('a', 1, { level }));
    book.addAction(anAction('a', 2, taken));
    book.addAction(anAction('a', 50, { type: 'case.noted', note_id: 'c'.repeat(32), text: 'on it' }));
    expect(view(book, 'a', 50 + after - 0.01).status).toBe('acknowledged');
    expect(view(book, 'a', 50 + after)).toMatchObject({ status: 'new', reopened: 1, acknowledged_at: null });
    expect(book.nextDue(at(60))).toBe(at(50 + after));
  });

  it('ends a hold, at the latest after seven days, and only then counts idleness', () => {
    const book = bookOf(aChange('a', 1));
    book.addAction(anAction('a', 2, taken));
    book.addAction(anAction('a', 3, { type: 'case.held', until: atMinute(20 * 24 * 60), reason: 'on leave' }));
    expect(view(book, 'a', 7 * 24 * 60)).toMatchObject({ status: 'on_hold', on_hold_until: atMinute(7 * 24 * 60 + 3) });
    expect(view(book, 'a', 7 * 24 * 60 + 3)).toMatchObject({
      status: 'acknowledged',
      on_hold_until: null,
      acknowledged_by: 'a.durand',
    });
    expect(view(book, 'a', 8 * 24 * 60 + 3).status).toBe('new');
    expect(lines(book, 'a', 8 * 24 * 60 + 3).slice(-2)).toEqual([
      'hold_ended counted acknowledged',
      'unacknowledged counted new',
    ]);
  });

  it('that passed before an action had happened before it, whoever reads when', () => {
    const book = bookOf(aChange('a', 1));
    book.addAction(anAction('a', 2, taken));
    book.addAction(anAction('a', 24 * 60 + 3, { type: 'case.held', until: atMinute(9_000), reason: 'late' }));
    expect(lines(book, 'a', 24 * 60 + 4).slice(-2)).toEqual(['unacknowledged counted new', 'case.held superseded new']);
  });
});

describe('growth', () => {
  it.each(['acknowledged', 'on_hold', 'resolved'] as const)('to ten times makes a case that is %s new again', (status) => {
    const book = bookOf(aChange('a', 1));
    if (status === 'resolved') book.addAction(anAction('a', 2, resolved('test')));
    else book.addAction(anAction('a', 2, taken));
    if (status === 'on_hold') book.addAction(anAction('a', 3, { type: 'case.held', until: atMinute(500), reason: 'wait' }));
    book.addChange(aChange('a', 5, { patients: 399 }));
    expect(view(book, 'a', 6).status).toBe(status);
    book.addChange(aChange('a', 7, { patients: 400 }));
    expect(view(book, 'a', 8)).toMatchObject({ status: 'new', reopened: 1, acknowledge_by: atMinute(22) });
  });

  it.each(['incident.step', 'incident.rule_added'] as const)(
    'by any %s makes what was found true new again, and true it stays',
    (change_type) => {
      const book = bookOf(aChange('a', 1));
      book.addAction(anAction('a', 2, resolved('true_positive')));
      book.addChange(aChange('a', 3, { change_type, patients: 41 }));
      expect(view(book, 'a', 4)).toMatchObject({ status: 'new', verdict: 'true_positive' });
    },
  );

  it.each(['acknowledged', 'resolved'] as const)(
    'of one of many linked incidents makes a case that is %s new again, however many patients all have',
    (status) => {
      const names = ['b', 'c', 'd', 'e', 'f', 'g', 'h', 'i'];
      const book = bookOf(aChange('a', 1), ...names.map((name) => aChange(name, 1)));
      book.addAction(anAction('a', 2, { type: 'case.linked', incident_ids: names.map(anIncidentId) }));
      if (status === 'resolved') book.addAction(anAction('a', 3, resolved('test')));
      expect(view(book, 'a', 4)).toMatchObject({ status, patients: 360 });
      book.addChange(aChange('d', 5, { change_type: 'incident.step', patients: 399 }));
      expect(view(book, 'a', 6).status).toBe(status);
      book.addChange(aChange('d', 7, { change_type: 'incident.step', patients: 400 }));
      expect(view(book, 'a', 8)).toMatchObject({ status: 'new', patients: 720, verdict: '' });
    },
  );

  it('is none where the scorer merges two linked incidents, and what one had before counts for both', () => {
    const book = bookOf(aChange('a', 1), aChange('b', 1, { patients: 400 }), aChange('c', 1));
    book.addAction(anAction('a', 2, { type: 'case.linked', incident_ids: ['b', 'c'].map(anIncidentId) }));
    book.addAction(anAction('a', 3, resolved('test')));
    book.addChange(
      aChange('b', 4, { change_type: 'incident.merged', state: 'merged', merged_into: anIncidentId('a'), patients: 400 }),
    );
    book.addChange(aChange('a', 5, { change_type: 'incident.step', patients: 440 }));
    expect(view(book, 'a', 6)).toMatchObject({ status: 'resolved', patients: 480 });
    book.addChange(aChange('a', 7, { change_type: 'incident.step', patients: 4_400 }));
    expect(view(book, 'a', 8).status).toBe('new');
  });

  it('is measured by what was found, not by the level that somebody set', () => {
    const book = bookOf(aChange('a', 1, { level: 'high' }));
    book.addAction(anAction('a', 2, { type: 'case.level_set', level: 'low', reason: 'a rehearsal' }));
    book.addAction(anAction('a', 3, resolved('test')));
    book.addChange(aChange('a', 4, { change_type: 'incident.updated', patients: 41, level: 'high' }));
    expect(view(book, 'a', 5)).toMatchObject({ status: 'resolved', verdict: 'test', level: 'low' });
    book.addChange(aChange('a', 6, { change_type: 'incident.rule_added', level: 'critical' }));
    expect(view(book, 'a', 7)).toMatchObject({ status: 'new', level: 'critical' });
  });

  it('by a rule of a higher level than the incident had itself reopens a case, also where another had that level', () => {
    const book = bookOf(aChange('a', 1, { level: 'high' }), aChange('b', 1, { level: 'medium' }));
    book.addAction(anAction('a', 2, { type: 'case.linked', incident_ids: [anIncidentId('b')] }));
    book.addAction(anAction('a', 3, resolved('test')));
    book.addChange(aChange('a', 4, { change_type: 'incident.rule_added', level: 'high' }));
    expect(view(book, 'a', 5).status).toBe('resolved');
    book.addChange(aChange('b', 6, { change_type: 'incident.rule_added', level: 'high' }));
    expect(view(book, 'a', 7).status).toBe('new');
  });

  it('by a rule of a higher level reopens any verdict; by one of the same level none but a true one', () => {
    const book = bookOf(aChange('a', 1));
    book.addAction(anAction('a', 2, resolved('false_positive')));
    book.addChange(aChange('a', 3, { change_type: 'incident.rule_added' }));
    expect(view(book, 'a', 4).status).toBe('resolved');
    book.addChange(aChange('a', 5, { change_type: 'incident.rule_added', level: 'critical' }));
    expect(view(book, 'a', 6)).toMatchObject({ status: 'new', verdict: '', acknowledge_by: atMinute(10) });
  });

  it('that an action had not seen comes after it, whichever topic was read first', () => {
    const grown = aChange('a', 2, { patients: 4_000, minute: 1.5 });
    for (const seen of [1, 2]) {
      const book = bookOf(aChange('a', 1), grown);
      book.addAction(anAction('a', 2, taken, { seen }));
      expect(view(book, 'a', 3).status).toBe(seen === 1 ? 'new' : 'acknowledged');
    }
  });
});

describe('incidents of one case', () => {
  it('that the scorer merged: the older case wins, both ids lead to the one that stands', () => {
    const book = bookOf(aChange('old', 1), aChange('young', 2, { change_type: 'incident.opened' }));
    book.addAction(anAction('old', 3, { type: 'case.assigned', owner: 'a.durand' }));
    book.addChange(aChange('old', 4, { change_type: 'incident.merged', state: 'merged', merged_into: anIncidentId('young') }));
    expect(book.rows(at(5))).toHaveLength(1);
    expect(view(book, 'old', 5)).toEqual(view(book, 'young', 5));
    expect(view(book, 'old', 5)).toMatchObject({
      case_id: anIncidentId('young'),
      owner: 'a.durand',
      status: 'acknowledged',
      opened_at: atMinute(1),
      incident_ids: [anIncidentId('young')],
    });
  });

  it('a merge never hides what is open behind what is resolved', () => {
    const book = bookOf(aChange('old', 1), aChange('young', 2, { change_type: 'incident.opened' }));
    book.addAction(anAction('old', 3, resolved('test')));
    book.addChange(aChange('old', 4, { change_type: 'incident.merged', state: 'merged', merged_into: anIncidentId('young') }));
    expect(view(book, 'young', 5)).toMatchObject({ status: 'new', verdict: '', reopened: 1 });
  });

  it('a merge keeps what is open open, also where the younger of the two was resolved', () => {
    const book = bookOf(aChange('old', 1), aChange('young', 2, { change_type: 'incident.opened' }));
    book.addAction(anAction('young', 3, resolved('test')));
    book.addChange(aChange('old', 4, { change_type: 'incident.merged', state: 'merged', merged_into: anIncidentId('young') }));
    expect(view(book, 'young', 5)).toMatchObject({ status: 'new', verdict: '', resolved_by: '' });
  });

  it('a merge says of a case that its owner left resolved what was found true, and whose it was', () => {
    const book = bookOf(aChange('old', 1), aChange('young', 2, { change_type: 'incident.opened' }));
    book.addAction(anAction('old', 3, { type: 'case.assigned', owner: 'a.durand' }));
    book.addAction(anAction('old', 4, resolved('true_positive')));
    book.addChange(aChange('old', 5, { change_type: 'incident.merged', state: 'merged', merged_into: anIncidentId('young') }));
    expect(view(book, 'young', 6)).toMatchObject({ status: 'new', verdict: 'true_positive', owner: 'a.durand', reopened: 1 });
  });

  it('of two that were opened in the same instant the lesser id is the older one', () => {
    const names = ['a', 'b'].toSorted((one, other) => (anIncidentId(one) < anIncidentId(other) ? -1 : 1));
    for (const [from = '', into = ''] of [names, names.toReversed()]) {
      const book = bookOf(aChange('a', 1), aChange('b', 1));
      for (const name of names) book.addAction(anAction(name, 3, { type: 'case.assigned', owner: `of.${name}` }));
      book.addChange(aChange(from, 4, { change_type: 'incident.merged', state: 'merged', merged_into: anIncidentId(into) }));
      expect(view(book, into, 5).owner).toBe(`of.${names[0]}`);
    }
  });

  it('a merge comes after what the incident that it names had been through, whatever their clocks say', () => {
    const opened = aChange('into', 2, { change_type: 'incident.opened', minute: 9 });
    const merged = { change_type: 'incident.merged', state: 'merged', merged_into: anIncidentId('into') } as const;
    const book = bookOf(aChange('from', 1), opened, aChange('from', 3, { ...merged, minute: 4 }));
    expect(view(book, 'from', 10)).toMatchObject({ case_id: anIncidentId('into'), incident_ids: [anIncidentId('into')] });
    expect(lines(book, 'into', 10).map((line) => line.split(' ')[0])).toEqual([
      'incident.opened',
      'incident.opened',
      'incident.merged',
    ]);
  });

  it('a change that nobody is told of leaves a case alone whose incident has gone into another', () => {
    const book = bookOf(aChange('a', 1), aChange('b', 1));
    book.addChange(aChange('b', 2, { change_type: 'incident.withdrawn', state: 'withdrawn' }));
    book.addAction(anAction('b', 3, { type: 'case.reopened', reason: 'look again' }, { seen: 2 }));
    book.addChange(aChange('b', 4, { change_type: 'incident.updated', state: 'withdrawn' }));
    expect(view(book, 'b', 5).status).toBe('new');
  });

  it('every id of a case leads on when its records go over to a larger one', () => {
    const names = ['b', 'c', 'd', 'e'];
    const book = bookOf(aChange('a', 1), aChange('a2', 1), ...names.map((name) => aChange(name, 1)));
    book.addAction(anAction('a', 2, { type: 'case.linked', incident_ids: [anIncidentId('a2')] }));
    book.addAction(anAction('b', 2, { type: 'case.linked', incident_ids: ['c', 'd', 'e'].map(anIncidentId) }));
    book.addAction(anAction('b', 3, { type: 'case.linked', incident_ids: [anIncidentId('a')] }));
    expect(view(book, 'a2', 4)).toEqual(view(book, 'b', 4));
    expect(book.rows(at(4))).toHaveLength(1);
  });

  it('name their controllers as the register says now', () => {
    const register = {
      edition: 0,
      of: (_: string, clinic: string) => `${clinic}.${register.edition}`,
      nis2: () => 'none' as const,
    };
    const book = new CaseBook({ ...standardPolicy, controllers: register });
    book.addChange(aChange('a', 1));
    expect(view(book, 'a', 2).controllers).toEqual(['750300123.0']);
    register.edition = 1;
    expect(view(book, 'a', 2).controllers).toEqual(['750300123.1']);
  });

  it('say who linked them, and when', () => {
    const book = bookOf(aChange('a', 1), aChange('b', 1));
    book.addAction(anAction('a', 2, { type: 'case.linked', incident_ids: [anIncidentId('b')] }, { by: 'b.leroy' }));
    const members = book.caseOf(anIncidentId('a'), at(3))?.state.members;
    expect(members?.get(anIncidentId('b'))).toMatchObject({ linkedBy: 'b.leroy', linkedAt: at(2) });
    expect(members?.get(anIncidentId('a'))).toMatchObject({ linkedBy: 'system', linkedAt: at(1) });
  });

  it('that leave one another wait anew, and each is measured by what it has itself', () => {
    const book = bookOf(aChange('a', 1), aChange('b', 1, { patients: 400 }));
    book.addAction(anAction('a', 20, { type: 'case.linked', incident_ids: [anIncidentId('b')] }));
    book.addAction(anAction('a', 30, { type: 'case.unlinked', incident_id: anIncidentId('b'), reason: 'apart' }));
    expect(view(book, 'a', 31)).toMatchObject({ status: 'acknowledged', acknowledge_by: null });
    expect(view(book, 'b', 31)).toMatchObject({ status: 'new', acknowledge_by: atMinute(45) });
    book.addChange(aChange('a', 32, { patients: 399 }));
    expect(view(book, 'a', 33).status).toBe('acknowledged');
    book.addChange(aChange('a', 34, { patients: 400 }));
    expect(view(book, 'a', 35).status).toBe('new');
  });

  it('that a person linked: the id of the linked case leads on, and unlinking gives it back', () => {
    const book = bookOf(aChange('a', 1), aChange('b', 1, { actor_id: 'nurse.2', patients: 60 }));
    book.addAction(anAction('b', 2, { type: 'case.assigned', owner: 'b.leroy' }));
    book.addAction(anAction('a', 3, { type: 'case.linked', incident_ids: [anIncidentId('b')] }));
    expect(view(book, 'b', 4)).toMatchObject({
      case_id: anIncidentId('a'),
      patients: 100,
      status: 'acknowledged',
      owner: 'b.leroy',
    });
    book.addAction(anAction('a', 5, { type: 'case.unlinked', incident_id: anIncidentId('b'), reason: 'another matter' }));
    expect(view(book, 'a', 6)).toMatchObject({ case_id: anIncidentId('a'), patients: 40 });
    expect(view(book, 'b', 6)).toMatchObject({
      case_id: anIncidentId('b'),
      patients: 60,
      owner: 'b.leroy',
      status: 'acknowledged',
    });
  });

  it.each(['case.resolved', 'case.verdict'] as const)(
    'get no verdict by %s of whoever had not seen that somebody linked one of them',
    (type) => {
      const book = bookOf(aChange('a', 1), aChange('b', 1));
      const found = { type, verdict: 'authorised', reason: 'known' } as const;
      book.addAction(anAction('a', 2, { type: 'case.linked', incident_ids: [anIncidentId('b')] }, { by: 'b.leroy' }));
      book.addAction(anAction('a', 3, found, { seen_version: 1 }));
      expect(view(book, 'a', 4)).toMatchObject({ status: 'acknowledged', verdict: '' });
      book.addAction(anAction('a', 5, found, { seen_version: view(book, 'a', 4).version }));
      expect(view(book, 'a', 6)).toMatchObject({ verdict: 'authorised' });
    },
  );

  it('get the verdict of whoever linked them, whatever version they name', () => {
    const book = bookOf(aChange('a', 1), aChange('b', 1));
    book.addAction(anAction('a', 2, { type: 'case.linked', incident_ids: [anIncidentId('b')] }));
    book.addAction(anAction('a', 3, resolved('test'), { seen_version: 1 }));
    expect(view(book, 'a', 4)).toMatchObject({ status: 'resolved', verdict: 'test' });
  });

  it('count each account once, those among them that another incident names', () => {
    const address = { subject_kind: 'source_ip' as const, accounts: ['of.a', 'of.b'], account_count: 2 };
    const names = ['b', 'c', 'd'];
    const book = bookOf(
      aChange('a', 1, { actor_id: 'of.a' }),
      aChange('b', 1, { actor_id: 'of.c' }),
      aChange('c', 1, { actor_id: 'of.c' }),
      aChange('d', 1, { ...address, actor_id: '203.0.113.7' }),
    );
    expect(view(book, 'a', 2).account_count).toBe(1);
    book.addAction(anAction('a', 3, { type: 'case.linked', incident_ids: names.map(anIncidentId) }));
    expect(view(book, 'a', 4)).toMatchObject({ actor_id: 'of.a', account_count: 3 });
    book.addChange(aChange('d', 5, { ...address, actor_id: '203.0.113.7', change_type: 'incident.step', account_count: 400 }));
    expect(view(book, 'a', 6).account_count).toBe(400);
  });

  it('linking reopens what is resolved, and the first incident of a case cannot leave it', () => {
    const book = bookOf(aChange('a', 1), aChange('b', 1));
    book.addAction(anAction('a', 2, resolved('test')));
    book.addAction(anAction('a', 3, { type: 'case.linked', incident_ids: [anIncidentId('b')] }));
    expect(view(book, 'a', 4).status).toBe('new');
    book.addAction(anAction('a', 5, { type: 'case.unlinked', incident_id: anIncidentId('a'), reason: 'no' }));
    expect(lines(book, 'a', 6).at(-1)).toBe('case.unlinked superseded new');
  });

  it('taken back by the scorer: resolved by the system when none stands, and new when one is found again', () => {
    const book = bookOf(aChange('a', 1));
    book.addChange(aChange('a', 2, { change_type: 'incident.withdrawn', state: 'withdrawn' }));
    expect(view(book, 'a', 3)).toMatchObject({
      status: 'resolved',
      verdict: 'false_positive',
      resolved_by: 'system',
      patients: 40,
    });
    book.addChange(aChange('a', 4));
    expect(view(book, 'a', 5)).toMatchObject({ status: 'new', verdict: '', reopened: 1 });
  });

  it('quiet is not handled', () => {
    const book = bookOf(aChange('a', 1), aChange('a', 2, { change_type: 'incident.closed', state: 'closed' }));
    expect(view(book, 'a', 3).status).toBe('new');
  });
});

function bookOf(...changes: readonly IncidentChange[]): CaseBook {
  const book = new CaseBook();
  for (const change of changes) book.addChange(change);
  return book;
}

function at(minute: number): number {
  return Date.parse(atMinute(minute));
}

function view(book: CaseBook, incident: string, minute: number) {
  const found = book.caseOf(anIncidentId(incident), at(minute));
  if (!found) throw new Error(`no case of ${incident}`);
  return found.row;
}

function lines(book: CaseBook, incident: string, minute: number): readonly string[] {
  const entries = book.caseOf(anIncidentId(incident), at(minute))?.entries ?? [];
  return entries.map(({ what, effect, after }) => `${what} ${effect} ${after}`);
}
