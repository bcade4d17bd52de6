import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { CaseBook } from '#libs/cases/case-book.js';
import { standardPolicy } from '#libs/cases/policy.js';
import type { CaseActionBody } from '#libs/contracts/case-action.js';
import { shippedLengths } from '#libs/dossier/shipped.js';
import { aChange, anAction, anIncidentId, atMinute } from '#libs/testkit/case-records.js';
import { decide } from './due.js';
import { planOfGroup } from './group-plan.js';
import { aRouting, routingText } from './routing.fixture.js';
import type { Send } from './send.js';

const routing = aRouting(`${routingText}deadlines: {tell: [dpo, loud-only], before: [48h, 24h, 6h, 1h], after: [0h, 24h]}\n`);
const controller_id = '750300123';
const id = anIncidentId('a');
const hour = 60;
const aware = (minute: number): CaseActionBody => ({
  type: 'breach.qualified',
  controller_id,
  is_breach: true,
  risk: 'risk',
  reason: 'read',
  aware_at: atMinute(minute),
});
const sent = (minute: number): CaseActionBody => ({
  type: 'dossier.sent',
  controller_id,
  authority: 'cnil',
  phase: 'initial',
  sent_at: atMinute(minute),
  reference: 'N-1',
});
const report = (phase: 'early_warning' | 'initial', minute: number): CaseActionBody =>
  ({ ...sent(minute), authority: 'anssi', phase }) as CaseActionBody;

describe('what is told of clocks', () => {
  it('is told before the 72 hours are over, and after, to the second', () => {
    const sends = clocksAt(bookOf([[10, aware(5)]]), 200 * hour, 'gdpr33');
    const due = Date.parse(atMinute(5 + 72 * hour));
    expect(sends.map(({ at, receiver }) => [(at - due) / 3_600_000, receiver])).toEqual(
      [-48, -24, -6, -1, 0, 24].flatMap((hours) => [
        [hours, 'dpo'],
        [hours, 'loud-only'],
      ]),
    );
    expect(sends[0]?.message.deadline).toEqual({
      controller_id,
      clock: 'gdpr33',
      due_at: atMinute(5 + 72 * hour),
      state: 'running',
    });
  });

  it('is told that it is over to whoever was told, and to nobody else', () => {
    const book = bookOf([
      [10, aware(5)],
      [30 * hour, sent(29 * hour)],
    ]);
    const sends = clocksAt(book, 200 * hour, 'gdpr33').filter(({ receiver }) => receiver === 'dpo');
    const now = Date.parse(atMinute(30 * hour + 1));
    const decisions = (has: boolean) => sends.map((send) => [send.message.deadline?.state, decide(send, now, () => has)]);
    expect(decisions(true)).toEqual([
      ['running', 'superseded'],
      ['met', 'tell'],
    ]);
    expect(decisions(false)).toEqual([
      ['running', 'superseded'],
      ['met', 'superseded'],
    ]);
  });

  it('is told that a frozen list is no longer whole, once, and that it is again to whoever was told', () => {
    const snapshot_id = 'a'.repeat(32);
    const digests = { list_sha256: 'b'.repeat(64), manifest_sha256: 'c'.repeat(64), patients: 40, exposed: 40 };
    const frozen = (number: number): CaseActionBody => ({
      type: 'dossier.frozen',
      controller_id,
      snapshot_id: `${number}`.repeat(32),
      number,
      ...digests,
    });
    const outdated = (added: number): CaseActionBody => ({
      type: 'dossier.outdated',
      controller_id,
      snapshot_id,
      added,
      removed: 0,
      changed: 0,
      late_clinics: [],
    });
    const first = { ...frozen(1), snapshot_id } as CaseActionBody;
    const told = (...actions: Parameters<typeof bookOf>[0]) =>
      clocksAt(bookOf(actions), 3 * hour, 'dossier_outdated').map(({ receiver, at, message, stoppedAt }) => [
        receiver,
        (at - Date.parse(atMinute(0))) / 60_000,
        message.deadline?.state,
        stoppedAt !== undefined,
      ]);
    expect(told([10, first])).toEqual([]);
    expect(told([10, first], [20, outdated(3)], [25, outdated(5)])).toEqual([
      ['dpo', 20, 'outdated', false],
      ['loud-only', 20, 'outdated', false],
    ]);
    for (const end of [frozen(2), outdated(0)])
      expect(told([10, first], [20, outdated(3)], [30, end])).toEqual([
        ['dpo', 20, 'outdated', true],
        ['loud-only', 20, 'outdated', true],
        ['dpo', 30, 'renewed', false],
        ['loud-only', 30, 'renewed', false],
      ]);
    // It is no word about the clocks of the law.
    const met = clocksAt(
      bookOf([
        [10, aware(5)],
        [20, first],
        [30 * hour, sent(29 * hour)],
        [31 * hour, outdated(3)],
      ]),
      200 * hour,
      'gdpr33',
    ).filter(({ message }) => message.deadline?.state === 'met');
    expect(met.map(({ at }) => at)).toEqual([30 * hour, 30 * hour].map((minute) => Date.parse(atMinute(minute))));
  });

  it('asks whether it is a breach those who hear of such cases, until somebody says so or the case is over', () => {
    const asked = (book: CaseBook) =>
      clocksAt(book, 200 * hour, 'investigation')
        .filter(({ stoppedAt }) => stoppedAt === undefined)
        .map(({ receiver, message }) => [receiver, message.deadline?.state]);
    const all = ['running', 'running', 'running', 'running'].map((state) => ['dpo', state]);
    expect(asked(bookOf([]))).toEqual(all);
    expect(asked(bookOf([[20 * hour, aware(5)]]))).toEqual([['dpo', 'met']]);
    const resolved: CaseActionBody = { type: 'case.resolved', verdict: 'authorised', reason: 'a recall' };
    expect(asked(bookOf([[20 * hour, resolved]]))).toEqual([['dpo', 'stopped']]);
  });

  it.each([
    ['important' as const, 24],
    ['essential' as const, 24],
    ['none' as const, undefined],
  ])('is told of NIS 2 before and after where the register says %s', (nis2, length) => {
    const controllers = {
      ...standardPolicy.controllers,
      nis2: (group: string, one: string) => (group === 'aleo' && one === controller_id ? nis2 : 'none'),
    };
    const told = (actions: Parameters<typeof bookOf>[0], clock: string, hours: number) =>
      clocksAt(bookOf(actions, controllers), 2000 * hour, clock)
        .filter(({ receiver }) => receiver === 'dpo')
        .map(({ at, message: { deadline } }) => [(at - Date.parse(atMinute(5 + hours * hour))) / 3_600_000, deadline?.state]);
    const running = (hours: readonly number[]) => (length === undefined ? [] : hours.map((at) => [at, 'running']));
    expect(told([[10, aware(5)]], 'nis2_24', 24)).toEqual(running([-6, -1, 0, 24]));
    expect(told([[10, aware(5)]], 'nis2_72', 72)).toEqual(running([-48, -24, -6, -1, 0, 24]));
    expect(told([[10, aware(5)]], 'nis2_month', 72)).toEqual([]);
    const warned = told(
      [
        [10, aware(5)],
        [23.5 * hour, report('early_warning', 23.5 * hour)],
      ],
      'nis2_24',
      24,
    );
    expect(warned.slice(-1)).toEqual(length === undefined ? [] : [[expect.any(Number), 'met']]);
    const notified = [
      [10, aware(5)],
      [hour, report('initial', hour)],
    ] as const;
    expect(told(notified, 'nis2_month', 72).length).toBe(length === undefined ? 0 : 6);
  });

  it('is the same whenever it is asked, each once, and nothing is missed by whoever asks again when the plan says so', () => {
    const steps = fc.array(
      fc.record({ minute: fc.integer({ min: 1, max: 100 * hour }), kind: fc.constantFrom('aware', 'sent', 'none', 'taken') }),
      { maxLength: 5 },
    );
    fc.assert(
      fc.property(steps, (given) => {
        const done = given
          .toSorted((one, other) => one.minute - other.minute)
          .map(({ minute, kind }, index) => [minute + index / 100, bodyOf(kind, minute)] as const);
        const book = bookOf(done);
        const end = Date.parse(atMinute(300 * hour));
        const whole = clocksAt(book, 300 * hour);
        expect(new Set(whole.map(({ send_id }) => send_id)).size).toBe(whole.length);
        const found = new Map<string, Send>();
        for (let at = Date.parse(atMinute(101 * hour)); at <= end;) {
          const { sends, nextAt } = planOfGroup(book, id, at, { routing, mutes: [], until: at, lengths: shippedLengths });
          for (const send of sends) if (send.kind === 'deadline' && send.at <= at) found.set(send.send_id, send);
          at = Math.max(at + 1, nextAt);
        }
        const brief = (sends: readonly Send[]) =>
          sends
            .filter(({ at }) => at <= end)
            .map(({ send_id, at, message, stoppedAt }) => ({ send_id, at, deadline: message.deadline, stoppedAt }))
            .toSorted((one, other) => (one.send_id < other.send_id ? -1 : 1));
        expect(brief([...found.values()])).toEqual(brief(whole));
      }),
      { numRuns: 60 },
    );
  });

  it('is not told where the file says nobody is', () => {
    const { sends } = planOfGroup(bookOf([]), id, 0, {
      routing: aRouting(),
      mutes: [],
      until: Infinity,
      lengths: shippedLengths,
    });
    expect(sends.filter(({ kind }) => kind === 'deadline')).toEqual([]);
  });
});

function bodyOf(kind: 'aware' | 'sent' | 'none' | 'taken', minute: number): CaseActionBody {
  if (kind === 'aware') return aware(minute);
  if (kind === 'sent') return sent(minute);
  if (kind === 'taken') return { type: 'case.acknowledged' };
  return { type: 'breach.qualified', controller_id, is_breach: false, risk: 'none', reason: 'nothing was read' };
}

/** A case of minute 0 with what was done at minutes. */
function bookOf(actions: readonly (readonly [number, CaseActionBody])[], controllers = standardPolicy.controllers): CaseBook {
  const book = new CaseBook({ ...standardPolicy, controllers });
  book.addChange(aChange('a', 1, { minute: 0 }));
  for (const [minute, body] of actions) book.addAction(anAction('a', minute, body));
  return book;
}

function clocksAt(book: CaseBook, minute: number, clock?: string): readonly Send[] {
  const until = Date.parse(atMinute(minute));
  const { sends } = planOfGroup(book, id, until, { routing, mutes: [], until, lengths: shippedLengths });
  return sends.filter(({ message: { deadline } }) => deadline && (clock === undefined || deadline.clock === clock));
}
