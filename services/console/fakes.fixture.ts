import type { CaseFigures, ClinicFigures } from '#libs/access-store/incidents/case-figures.js';
import type { LeakAccesses, LeakStore } from '#libs/attribution/leak.js';
import type { FeedsLook, FeedsSeen } from './answer/feeds-look.js';

/** A store in which nobody opened anything. */
export class FakeLeaks implements LeakStore {
  readonly keep = async (): Promise<void> => {};
  readonly record = async (): Promise<void> => {};
  readonly moments = async (): Promise<[]> => [];
  readonly sizedExports = async (): Promise<{ found: number; nearest: [] }> => ({ found: 0, nearest: [] });

  async accesses(): Promise<LeakAccesses> {
    return { known: 0, patients: 0, accounts: [], clinics: [], touched: [], pool: [] };
  }
}

/** A case whose patients were touched one after the other, in one clinic. */
export class FakeFigures implements Pick<CaseFigures, 'shape' | 'clinics'> {
  async shape({ fromMs, binMs }: { readonly fromMs: number; readonly binMs: number }) {
    const points = [1, 5, 12, 28, 40].map((patients, place) => ({ at: new Date(fromMs + (place + 1) * 40 * binMs).toISOString(), patients }));
    return { points, total: 40 };
  }

  async clinics(_caseId: string, _groupId: string, clinics: readonly string[]): Promise<readonly ClinicFigures[]> {
    const times = { first_time: '2026-01-05T09:00:00.000Z', last_time: '2026-01-05T09:01:00.000Z' };
    const figures = { patients: 40, exported: 3, attempted: 1, accesses: 61, categories: ['identity'] };
    const one = { clinic_id: '750300123', controller_id: 'c-a', name: 'Clinique A', closed_at: '2021-06-30T00:00:00.000Z', ...figures, ...times };
    return clinics.length === 0 || clinics.includes(one.clinic_id) ? [one] : [];
  }
} // prettier-ignore

/** What a test says of feeds; nothing until it does. */
export class FakeFeeds implements Pick<FeedsLook, 'last'> {
  seen: FeedsSeen | undefined;

  async last(): Promise<FeedsSeen | undefined> {
    return this.seen;
  }
}
