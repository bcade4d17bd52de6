import { describe, expect, it } from '@jest/globals';
import { CaseBook } from '#libs/cases/case-book.js';
import { aRouting, routingText } from '#libs/routing/routing.fixture.js';
import { aChange, anIncidentId, atMinute } from '#libs/testkit/case-records.js';
import { shippedLengths } from '#libs/dossier/shipped.js';
import { Plans } from './plans.js';

describe('the plans of all cases', () => {
  it.each([
    ['ndb', ['b']],
    ['soc', ['a', 'b', 'c']],
    ['leroy', []],
  ] as const)('that tell %s something are made anew when it begins to fail, and no others', (receiver, names) => {
    const { plans, book, now } = aPlans();
    plans.at(now);
    expect(book.replayed.splice(0)).toHaveLength(3);
    plans.forget(receiver);
    plans.at(now);
    expect(book.replayed.toSorted()).toEqual(names.map((name) => anIncidentId(name)).toSorted());
  });

  it('ask for all open cases only when a list of them is due', () => {
    const { plans, book, now } = aPlans();
    plans.at(now);
    expect(book.asked).toBe(0);
    plans.use(aRouting(`${mailText}digest: {at: "08:30", tell: [mail]}\n`), []);
    const [due, early] = ['2026-11-03T07:31:00Z', '2026-11-03T07:29:00Z'].map((at) => Date.parse(at));
    expect([early, due].map((at) => plans.at(at ?? 0).filter(({ kind }) => kind === 'digest').length)).toEqual([0, 1]);
    expect(book.asked).toBe(1);
  });
});

const mail = '{name: mail, type: email, to: [a@x.example], from: v@x.example, server: {host: x.example}}';
const mailText = routingText.replace('receivers:\n', `receivers:\n  - ${mail}\n`);

/** Counts what it is asked. */
class CountingBook extends CaseBook {
  readonly replayed: string[] = [];
  asked = 0;

  override replay(...given: Parameters<CaseBook['replay']>): void {
    this.replayed.push(given[0]);
    super.replay(...given);
  }

  override openRows(now: number): ReturnType<CaseBook['openRows']> {
    this.asked += 1;
    return super.openRows(now);
  }
}

function aPlans() {
  const book = new CountingBook();
  for (const name of ['a', 'b', 'c'])
    book.addChange(aChange(name, 1, name === 'b' ? { clinics: ['750300123', '750300124'] } : {}));
  return {
    book,
    plans: new Plans({ book, lengths: () => shippedLengths, heads: () => [], failedAt: () => undefined }, aRouting()),
    now: Date.parse(atMinute(2)),
  };
}
