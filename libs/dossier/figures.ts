// libs/dossier: what a data-protection officer sends: figures, lists, clocks, the dossier and its files.
// Pure: no clock, no files, no network.

import type { Figures } from '#libs/contracts/dossier.js';

/** What the list of an incident is beside its figure. Times are wall clock. */
export interface ListedIncident {
  readonly figure: number;
  readonly listed: number;
  /** When the newest access between its first and its last time came in. */
  readonly newestReceived: string;
  /** When the figure was decided. */
  readonly figureAt: string;
}

/**
 * `settled`: the list is as long as the figure. `judging`: accesses came in after the figure was decided and are still being judged, so that
 * the list is ahead of it. `differs`: nothing is on its way, and yet they are not the same: accesses were deleted, or it is a fault.
 */
export type Settled = 'settled' | 'judging' | 'differs';

export function settledOf({ figure, listed, newestReceived, figureAt }: ListedIncident): Settled {
  if (figure === listed) return 'settled';
  return newestReceived > figureAt ? 'judging' : 'differs';
}

/** Of several: the worst. */
export function settledOfAll(incidents: readonly ListedIncident[]): Settled {
  const all = incidents.map(settledOf);
  return all.includes('differs') ? 'differs' : all.includes('judging') ? 'judging' : 'settled';
}

/**
 * By how many the pseudonyms may at most be more than persons: after a rotation of the key one patient may have a pseudonym under each, so
 * that there are at least as many persons as pseudonyms of the key with the most.
 */
export function overCountMax({ patients, per_key }: Pick<Figures, 'patients' | 'per_key'>): number {
  return Math.max(0, patients - Math.max(0, ...Object.values(per_key)));
}

/** `512 = 480 displayed + 20 listed + 2 exported + 10 attempted only`, and what is no patient beside it. */
export function figuresSentence(figures: Figures): string {
  const { patients, displayed, listed, exported, attempted, unnamed_records } = figures;
  const tiers = `${patients} = ${displayed} displayed + ${listed} listed + ${exported} exported + ${attempted} attempted only`;
  const unnamed = unnamed_records ? `; and ${unnamed_records} records whose patients the source does not name` : '';
  const over = overCountMax(figures);
  const keys = Object.keys(figures.per_key).length;
  const rotation = over ? `; under ${keys} keys, so that up to ${over} of them may be the same persons again` : '';
  return `${tiers}${unnamed}${rotation}`;
}
