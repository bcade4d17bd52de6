import { describe, expect, it } from '@jest/globals';
import { hex128Of } from '#libs/contracts/hex128.js';
import { type ClinicLines, firstPlace, PageParts, type PatientsPlace } from './page-parts.js';

type Line = readonly [clinicId: string, patientId: string];

/** Pseudonyms as they are; as no digest makes them: all beside each other; and both. */
const spellings: Readonly<Record<string, (n: number) => string>> = {
  even: (n) => hex128Of(`patient ${n}`),
  'all at the end': (n) => `${'f'.repeat(16)}${n.toString(16).padStart(16, '0')}`,
  'half at the beginning': (n) => (n % 2 ? hex128Of(`patient ${n}`) : n.toString(16).padStart(32, '0')),
};
const sizes = [[1], [0, 3, 0], [100], [99, 1, 1], [5_000, 1, 4_000, 30, 30, 30, 2_500]] as const;

describe('the parts in which a long list is read', () => {
  it.each(Object.keys(spellings).flatMap((name) => sizes.map((of) => [name, of] as const)))(
    'give %s pseudonyms of clinics with %j lines in pages, each line once and in order',
    (name, of) => {
      const lines = of
        .flatMap((count, clinic) =>
          Array.from({ length: count }, (_, n): Line => [`7503001${20 + clinic}`, spellings[name]?.(n) ?? '']),
        )
        .toSorted(inOrder);
      const counted = of.map((count, clinic): ClinicLines => [`7503001${20 + clinic}`, count]).filter(([, count]) => count > 0);
      for (const limit of [7, 100]) {
        const { given, questions } = pagesOf(lines, counted, limit);
        expect(given).toEqual(lines);
        // A guess falls short now and then; of even pseudonyms seldom.
        if (name === 'even') expect(questions).toBeLessThanOrEqual(1.2 * Math.ceil(lines.length / limit) + 2 * of.length);
      }
    },
  );

  it('leave out what came to a clinic that was not counted, and have no end before the last pseudonym', () => {
    const late: Line = ['750300120', 'f'.repeat(32)];
    expect(pagesOf([late, ['990000009', 'a'.repeat(32)]], [['750300120', 1]], 10).given).toEqual([late]);
    expect(new PageParts([], firstPlace).next(10)).toBeUndefined();
    expect(new PageParts([['750300120', 10_000]], ['750300120', `${'f'.repeat(31)}e`]).next(10)).toEqual({
      clinics: ['750300120'],
      after: `${'f'.repeat(31)}e`,
      upto: 'g',
    });
  });
});

function inOrder(one: Line, other: Line): number {
  const [a, b] = [one.join('/'), other.join('/')];
  return a < b ? -1 : Number(a > b);
}

/** All pages of a list, and how many questions they took. */
function pagesOf(
  lines: readonly Line[],
  counted: readonly ClinicLines[],
  limit: number,
): { readonly given: readonly Line[]; readonly questions: number } {
  const given: Line[] = [];
  let questions = 0;
  for (let place: PatientsPlace = firstPlace; ;) {
    const parts = new PageParts(counted, place);
    const page: Line[] = [];
    while (page.length < limit) {
      const part = parts.next(limit - page.length);
      if (!part) break;
      questions += 1;
      const found = lines
        .filter(([clinic, patient]) => part.clinics.includes(clinic) && patient > part.after && patient <= part.upto)
        .slice(0, limit - page.length);
      if (found.length < limit - page.length) parts.widen();
      page.push(...found);
    }
    given.push(...page);
    const last = page.at(-1);
    if (!last || page.length < limit) return { given, questions };
    place = last;
  }
}
