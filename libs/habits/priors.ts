import type { Prior } from './fit.js';
import type { HabitScale } from './seams.js';

/** Accounts are compared within a class: old hands with each other, newcomers with what newcomers did. Programs are compared with themselves. */
export type PeerClass = 'staff' | 'newcomer';

/** What is taken for honest while little is known: see `Fit`. */
export const priors: Readonly<Record<PeerClass, Readonly<Record<HabitScale, Prior>>>> = {
  staff: { volume: { from: 0.8, scale: 0.2 }, rare: { from: 4, scale: 0.8 } },
  // Whoever is new has every right to be unlike the role; what newcomers did is known from their first weeks on.
  newcomer: { volume: { from: 0.9, scale: 0.25 }, rare: { from: 5, scale: 1 } },
};

/** Of the evidence of several days, in its logarithm. */
export const evidencePrior: Prior = { from: 3, scale: 1 };

/** Of addresses, devices and sessions: most have nothing to count. */
export const lanePriors: Readonly<Record<HabitScale, Prior>> = {
  volume: { from: 0.8, scale: 0.2 },
  rare: { from: 2, scale: 0.6 },
};
