import { describe, expect, it } from '@jest/globals';
import { someFigures } from './figures.fixture.js';
import { figuresSentence, overCountMax, settledOf, settledOfAll } from './figures.js';

describe('a list beside its figure', () => {
  const at = { figureAt: '2026-11-28T10:00:00.000Z', newestReceived: '2026-11-28T10:05:00.000Z' };

  it('is settled when they are equal, whatever came in', () => {
    expect(settledOf({ ...at, figure: 3, listed: 3 })).toBe('settled');
  });

  it('is being judged when accesses came after the figure, and differs when none did', () => {
    expect(settledOf({ ...at, figure: 3, listed: 4 })).toBe('judging');
    expect(settledOf({ ...at, newestReceived: at.figureAt, figure: 3, listed: 4 })).toBe('differs');
    expect(settledOf({ ...at, newestReceived: at.figureAt, figure: 4, listed: 3 })).toBe('differs');
  });

  it('of several incidents is what the worst of them is', () => {
    const settled = { ...at, figure: 1, listed: 1 };
    const judging = { ...at, figure: 1, listed: 2 };
    const differs = { ...judging, newestReceived: at.figureAt };
    expect(settledOfAll([settled, settled])).toBe('settled');
    expect(settledOfAll([settled, judging])).toBe('judging');
    expect(settledOfAll([judging, differs, settled])).toBe('differs');
  });
});

describe('figures in words', () => {
  it('sum up to the patients, and keep apart what is no patient', () => {
    const some = someFigures({
      patients: 512,
      displayed: 480,
      listed: 20,
      exported: 2,
      attempted: 10,
      per_key: { k1: 512 },
      unnamed_records: 11_827,
    });
    expect(figuresSentence(some)).toBe(
      '512 = 480 displayed + 20 listed + 2 exported + 10 attempted only; and 11827 records whose patients the source does not name',
    );
  });

  it.each([
    [{}, 0],
    [{ k1: 10 }, 0],
    [{ k1: 10, k2: 2 }, 2],
    [{ k1: 4, k2: 4, k3: 4 }, 8],
  ])('say the largest possible over-count of keys %j', (per_key, over) => {
    const patients = Object.values(per_key).reduce((sum, n) => sum + n, 0);
    expect(overCountMax({ patients, per_key })).toBe(over);
    expect(figuresSentence(someFigures({ patients, per_key })).includes('may be the same persons')).toBe(over > 0);
  });
});
