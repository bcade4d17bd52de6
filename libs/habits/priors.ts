import type { Prior } from './compare/fit.js';
import type { HabitRule, HabitScale } from './seams.js';

/** Accounts are compared within a class: old hands with each other, newcomers with what newcomers did. Programs are compared with themselves. */
export type PeerClass = 'staff' | 'newcomer';

const rarePriors: Readonly<Record<PeerClass, Prior>> = {
  staff: { from: 4, scale: 0.8 },
  newcomer: { from: 5, scale: 1 },
};

/**
 * The shorter a window, the less do people differ in it: nobody reads in ten minutes twice what peers read, and many do so in a day. Whoever is new
 * has every right to be unlike the role; what newcomers did is known from their first weeks on.
 */
const volumePriors: readonly { readonly upToMs: number; readonly staff: Prior; readonly newcomer: Prior }[] = [
  { upToMs: 600_000, staff: { from: 0.35, scale: 0.12 }, newcomer: { from: 0.5, scale: 0.2 } },
  { upToMs: 3_600_000, staff: { from: 0.5, scale: 0.15 }, newcomer: { from: 0.6, scale: 0.2 } },
  { upToMs: Infinity, staff: { from: 0.8, scale: 0.2 }, newcomer: { from: 0.9, scale: 0.25 } },
];

/** What is taken for honest of a rule while little is known: see `Fit`. */
export function priorOf(rule: HabitRule | undefined, among: PeerClass): Prior {
  if (rule && rule.subject !== 'account') return rule.scale === 'rare' ? lanePriors.rare : lanePriors.volume;
  const found = rule && rule.scale !== 'rare' ? volumePriors.find(({ upToMs }) => rule.timespanMs <= upToMs) : undefined;
  return found?.[among] ?? rarePriors[among];
}

/** Of the evidence of several days, in its logarithm. */
export const evidencePrior: Prior = { from: 3, scale: 1 };

/** Of how far a day goes beyond an account's own, in units of its own spread. */
const fullDaysPrior: Prior = { from: 2.5, scale: 0.35 };
/** Two days of whoever does little say less of the next one. */
const anyDaysPrior: Prior = { from: 3, scale: 0.5 };

export function ownPriorOf(rule: Pick<HabitRule, 'scale'> | undefined): Prior {
  return rule?.scale === 'own' ? anyDaysPrior : fullDaysPrior;
}

/** Of addresses, devices and sessions: most have nothing to count. */
const lanePriors = {
  volume: { from: 0.8, scale: 0.2 },
  rare: { from: 2, scale: 0.6 },
} as const satisfies Partial<Record<HabitScale, Prior>>;
