import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import type { CaseAction, CaseActionBody } from '#libs/contracts/case-action.js';
import { type BreachFacts, breachFacts } from './breach-facts.js';
import { checkAction } from './check-action.js';
import { clocksOf, lengthChanges } from './clocks.js';
import { type ClockName, clockNames, deadlines, type Lengths, readDeadlines } from './deadlines.js';

const file = readFileSync(new URL('./deadlines.json', import.meta.url), 'utf8');
const shipped = deadlines.parse(JSON.parse(file)).lengths as Lengths;
const hour = 3_600_000;
/** Friday evening in Paris, so that a weekend lies in the clock. */
const aware = Date.UTC(2026, 10, 27, 18, 30, 15);
const firstTold = aware - 5 * hour;

describe('a clock', () => {
  it('of article 33 is due 72 hours after awareness, to the second, weekends included', () => {
    for (let n = 0; n < 50; n += 1) {
      const began = aware + n * 977_777;
      const [clock] = named('gdpr33', [qualified({ aware_at: iso(began) })], began + 1);
      expect(clock).toMatchObject({ due_at: iso(began + 72 * hour), state: 'running', seconds_left: 72 * 3600 - 1 });
    }
  });

  it('is met, met late, or goes on running when it is over', () => {
    const sent = (after: number) => [
      qualified({}),
      action({
        type: 'dossier.sent',
        controller_id: 'c1',
        authority: 'cnil',
        phase: 'initial',
        sent_at: iso(aware + after),
        reference: 'N-1',
      }),
    ];
    expect(named('gdpr33', sent(72 * hour))).toMatchObject([{ state: 'met', met_at: iso(aware + 72 * hour), reference: 'N-1' }]);
    expect(named('gdpr33', sent(72 * hour + 1))).toMatchObject([{ state: 'met_late' }]);
    expect(named('gdpr33', [qualified({})], aware + 73 * hour)).toMatchObject([{ state: 'running', seconds_left: -3600 }]);
  });

  it('stops when it is found to be no breach, or no risk to anybody, and runs again when it is one after all', () => {
    const none = qualified({ is_breach: false, aware_at: undefined, risk: 'none' });
    expect(named('gdpr33', [none])).toEqual([]);
    expect(named('gdpr33', [qualified({ risk: 'none' })])).toMatchObject([{ state: 'stopped' }]);
    expect(named('gdpr33', [qualified({}), none])).toEqual([]);
    expect(named('gdpr33', [none, qualified({})])).toMatchObject([{ state: 'running', began_at: iso(aware) }]);
  });

  it('of the persons runs from when the risk was said to be high, until they are informed or need not be', () => {
    const high = [qualified({}, 1), qualified({ risk: 'high' }, 2), qualified({ risk: 'high' }, 3)];
    expect(named('gdpr34', [qualified({})])).toEqual([]);
    expect(named('gdpr34', high)).toMatchObject([{ state: 'running', began_at: iso(aware + 2 * hour) }]);
    expect(named('gdpr34', [...high, informed({ first_at: iso(aware + 20 * hour) })])).toMatchObject([{ state: 'met' }]);
    expect(named('gdpr34', [...high, informed({ first_at: iso(aware + 99 * hour) })])).toMatchObject([{ state: 'met_late' }]);
    expect(named('gdpr34', [...high, informed({ mode: 'not_informed', not_informed_reason: 'encrypted' })])).toMatchObject([
      { state: 'stopped' },
    ]);
  });

  it('of CERT Santé runs four hours from the qualification', () => {
    expect(named('cert_sante', [qualified({}, 1)])).toMatchObject([
      { due_at: iso(aware + 5 * hour), began_at: iso(aware + hour) },
    ]);
  });

  it.each(['important', 'essential'] as const)('of NIS 2 runs for %s entities only, the month from the notification', (nis2) => {
    const early = action({
      type: 'dossier.sent',
      controller_id: 'c1',
      authority: 'anssi',
      phase: 'early_warning',
      sent_at: iso(aware + 10 * hour),
      reference: '',
    });
    const initial = action({
      type: 'dossier.sent',
      controller_id: 'c1',
      authority: 'anssi',
      phase: 'initial',
      sent_at: '2027-01-31T10:00:00.000Z',
      reference: '',
    });
    const of = (actions: readonly CaseAction[], kind: BreachFacts['nis2'] = nis2) =>
      clocksOf(facts(actions, kind), shipped, aware + hour).filter(({ clock }) => clock.startsWith('nis2'));
    expect(of([qualified({})], 'none')).toEqual([]);
    expect(of([qualified({})]).map(({ clock, due_at }) => [clock, due_at])).toEqual([
      ['nis2_24', iso(aware + 24 * hour)],
      ['nis2_72', iso(aware + 72 * hour)],
    ]);
    expect(of([qualified({}), early]).map(({ state }) => state)).toEqual(['met', 'running']);
    expect(of([qualified({}), early, initial]).at(-1)).toMatchObject({ clock: 'nis2_month', due_at: '2027-02-28T10:00:00.000Z' });
  });

  it('of the investigation runs from the first telling until somebody says whether it is a breach', () => {
    expect(named('investigation', [])).toMatchObject([{ began_at: iso(firstTold), state: 'running' }]);
    expect(named('investigation', [qualified({}, 1), qualified({}, 90)])).toMatchObject([
      { state: 'met', met_at: iso(aware + hour) },
    ]);
    expect(named('investigation', [qualified({}, 30)])).toMatchObject([{ state: 'met_late' }]);
  });

  it('is of its own controller', () => {
    const other = { ...qualified({}), controller_id: 'c2' } as CaseAction;
    expect(named('gdpr33', [other])).toEqual([]);
  });
});

describe('a change of lengths', () => {
  const changed = readDeadlines(
    '{"format":"vigie.deadlines.v1","lengths":{"gdpr33":[{"hours":72},{"hours":96,"since":"2026-11-28T00:00:00.000Z"}]}}',
    shipped,
  );
  if (!('lengths' in changed)) throw new Error(changed.mistakes.join());

  it('moves what runs, leaves what was met, and is told', () => {
    const since = Date.parse('2026-11-28T00:00:00.000Z');
    const at = (now: number, actions: readonly CaseAction[]) =>
      clocksOf(facts(actions), changed.lengths, now).find(({ clock }) => clock === 'gdpr33');
    expect(at(since - 1, [qualified({})])?.due_at).toBe(iso(aware + 72 * hour));
    expect(at(since, [qualified({})])?.due_at).toBe(iso(aware + 96 * hour));
    const early = action({
      type: 'dossier.sent',
      controller_id: 'c1',
      authority: 'cnil',
      phase: 'initial',
      sent_at: iso(since - 1),
      reference: '',
    });
    expect(at(since + hour, [qualified({}), early])?.due_at).toBe(iso(aware + 72 * hour));
    expect(lengthChanges(changed.lengths)).toEqual([{ at: '2026-11-28T00:00:00.000Z', text: 'gdpr33: 96 h instead of 72 h' }]);
    expect(lengthChanges(shipped)).toEqual([]);
  });

  it.each([
    ['no JSON', '{', 'it is no JSON'],
    ['another format', '{"format":"x","lengths":{}}', 'format'],
    ['an unknown clock', '{"format":"vigie.deadlines.v1","lengths":{"gdpr35":[{"hours":1}]}}', 'lengths'],
    ['no length', '{"format":"vigie.deadlines.v1","lengths":{"gdpr33":[]}}', 'lengths.gdpr33'],
    ['a length of nothing', '{"format":"vigie.deadlines.v1","lengths":{"gdpr33":[{"hours":0}]}}', 'lengths.gdpr33.0'],
    [
      'a second without since',
      '{"format":"vigie.deadlines.v1","lengths":{"gdpr33":[{"hours":1},{"hours":2}]}}',
      'says since when',
    ],
    [
      'a first with since',
      '{"format":"vigie.deadlines.v1","lengths":{"gdpr33":[{"hours":1,"since":"2026-11-28T00:00:00.000Z"}]}}',
      'has no "since"',
    ],
    ['both kinds of length', '{"format":"vigie.deadlines.v1","lengths":{"gdpr33":[{"hours":1,"months":1}]}}', 'lengths.gdpr33.0'],
  ])('is refused with %s, and says where', (_, text, place) => {
    expect(readDeadlines(text, shipped)).toEqual({ mistakes: expect.arrayContaining([expect.stringContaining(place)]) });
  });

  it('has a length for every clock in the file that is shipped', () => {
    expect(Object.keys(shipped).toSorted()).toEqual(clockNames.toSorted());
  });
});

describe('what somebody writes down of a breach', () => {
  const now = aware + 100 * hour;
  const check = (body: object, actions: readonly CaseAction[] = [qualified({})]) =>
    checkAction(body as CaseActionBody, facts(actions), shipped, now);
  const sent = { type: 'dossier.sent', controller_id: 'c1', authority: 'cnil', phase: 'initial', reference: 'N-1' };

  it('is refused when it was sent after 73 hours without a reason for the delay', () => {
    expect(check({ ...sent, sent_at: iso(aware + 73 * hour) }).refusal).toMatchObject({ field: 'delay_reason' });
    expect(check({ ...sent, sent_at: iso(aware + 73 * hour), delay_reason: 'the portal was down' })).toEqual({ warnings: [] });
    expect(check({ ...sent, sent_at: iso(aware + 72 * hour) })).toEqual({ warnings: [] });
    // What is sent after the first notification met the clock needs none.
    const first = action({ ...sent, sent_at: iso(aware + hour) } as CaseActionBody);
    const later = { ...sent, phase: 'complementary', sent_at: iso(aware + 90 * hour) };
    expect(check(later, [qualified({}), first])).toEqual({ warnings: [] });
  });

  it.each([
    ['a breach without awareness', { type: 'breach.qualified', is_breach: true, risk: 'high' }, 'aware_at'],
    ['awareness of what is none', { type: 'breach.qualified', is_breach: false, aware_at: iso(aware), risk: 'none' }, 'aware_at'],
    [
      'awareness before the first access',
      { type: 'breach.qualified', is_breach: true, aware_at: iso(aware - 99 * hour), risk: 'risk' },
      'aware_at',
    ],
    [
      'awareness of tomorrow',
      { type: 'breach.qualified', is_breach: true, aware_at: iso(now + 9 * hour), risk: 'risk' },
      'aware_at',
    ],
    [
      'a telling before the first access',
      { type: 'breach.informed', informed_at: iso(aware - 99 * hour), by_whom: 'soc' },
      'informed_at',
    ],
    ['a notification of tomorrow', { ...sent, sent_at: iso(now + 9 * hour) }, 'sent_at'],
    ['persons informed at no time', { type: 'dossier.people_informed', mode: 'letter', count: 1 }, 'first_at'],
    [
      'persons not informed for no reason',
      { type: 'dossier.people_informed', mode: 'not_informed', count: 0 },
      'not_informed_reason',
    ],
    [
      'persons informed backwards',
      { type: 'dossier.people_informed', mode: 'letter', count: 1, first_at: iso(aware + 2), last_at: iso(aware) },
      'last_at',
    ],
  ])('is refused as %s, and says the field', (_, body, field) => {
    expect(check({ controller_id: 'c1', ...body }).refusal).toMatchObject({ field, reason: expect.stringMatching(/\S/) });
  });

  it('is warned of when awareness is said to be long after the case was taken', () => {
    const late = {
      type: 'breach.qualified',
      controller_id: 'c1',
      is_breach: true,
      aware_at: iso(aware + 30 * hour),
      risk: 'risk',
    };
    expect(check(late)).toEqual({ warnings: [expect.stringContaining('an authority will ask why')] });
  });

  it('of another kind always holds', () => {
    expect(check({ type: 'case.noted', note_id: 'a'.repeat(32), text: 'x' })).toEqual({ warnings: [] });
  });
});

function named(clock: ClockName, actions: readonly CaseAction[], now = aware + 100 * hour) {
  return clocksOf(facts(actions), shipped, now).filter((one) => one.clock === clock);
}

function facts(actions: readonly CaseAction[], nis2: BreachFacts['nis2'] = 'none'): BreachFacts {
  const machine = {
    firstTime: iso(aware - 9 * hour),
    detectedAt: iso(firstTold - 1000),
    firstToldAt: iso(firstTold),
    acknowledgedAt: iso(firstTold + hour),
  };
  return breachFacts({ controller_id: 'c1', nis2 }, machine, actions);
}

/** Said so many hours after awareness. */
function qualified(given: object, hours = 0): CaseAction {
  const body = {
    type: 'breach.qualified',
    controller_id: 'c1',
    is_breach: true,
    aware_at: iso(aware),
    risk: 'risk',
    reason: 'r',
    ...given,
  };
  return action(body as CaseActionBody, hours);
}

function action(body: CaseActionBody, hours = 0): CaseAction {
  return {
    ...body,
    action_id: 'a'.repeat(32),
    case_id: 'b'.repeat(32),
    group_id: 'helix',
    actor_id: 'dr.x',
    by: 'dpo',
    via: 'console',
    at: iso(aware + hours * hour),
    seen_version: 1,
    seen_incidents: [],
  };
}

function informed(given: object): CaseAction {
  return action({ type: 'dossier.people_informed', controller_id: 'c1', mode: 'letter', count: 480, ...given } as CaseActionBody);
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
