/** Where the figures of habit come from: measured over simulated hospitals, and to be tuned on others than the ones that judge them. */

/** What an earlier day at work counts of the next one, in own habit and in that of a role. */
export const dayKept = 0.9;
/** The role's mean counts as so many days of one's own. */
export const shrinkageDays = 4;
/** A group's first day counts so much: nobody is known to be in care on it. */
export const firstDayWeight = 0.15;
/**
 * Habit excuses no more than this share of the role's accounts do. At 0.9 a department of a tenth of its role (the nurses of emergency departments)
 * stood above it every day, at 0.95 half of it; honest days far above a habit that is not theirs then make the tail by which all of the role are judged.
 */
export const ceilingShare = 0.98;
/** A role with fewer accounts has no ceiling of its own. */
export const ceilingAccountsMin = 10;
/** An account with less of its own days says nothing about the ceiling. */
export const ceilingWeightMin = 0.5;
/** What an earlier day counts of the next one in the tails. */
export const tailKept = 0.97;

/** An account is new for so many days, in a group that had so many days before it came. */
export const newcomerDays = 14;
export const newcomerAfterDays = 14;
/**
 * The same while no day of it is known, and so no role. Of those that nobody saw in a group's first week most were on holiday (an eighth of a staff is): once
 * their role is known, old hands are their peers, whose tails still hold the days on which nobody was known.
 */
export const unknownAfterDays = 7;
/** What newcomers of a role usually do is known from so many of their days on; before, the role's own is what is usual. */
export const newcomerDaysMin = 30;

/** Single days have this share of the budget, the test over several days the rest. */
export const singleDayShare = 0.8;
/** Of a day: e = 0.3 p^-0.7, whose mean is at most 1 over honest days; its logarithm is bounded, so that no single day decides. */
export const calibration = 0.3;
export const evidenceMax = Math.log(60);
/** What the evidence of earlier days keeps, in its logarithm. */
export const evidenceKept = 0.95;

/** A program is judged by its own days: their mean and this many of their standard deviations, or what is at least. */
export const ownDeviations = 6;
export const ownSpreadMin = 0.04;
export const ownRootMin = 2.5;
/**
 * From the day on that has a whole week before it, and so many days on which it ran: some jobs meet on a Monday six times the strangers of other days. Seven days on
 * which it ran would be a week and a half of a job for working days, of which a stolen key makes part meanwhile.
 */
export const ownWeekDays = 7;
export const ownDaysMin = 4;
/** Days of a group's beginning that say nothing of a program: nobody is known to be in care on the first, and windows that end on the second hold it. */
export const ownDaysSkipped = 2;

/** Own days that are remembered one by one, of rules that ask for them. */
export const ownDaysRemembered = 12;
/**
 * Which days of an account are compared with each other: full ones of those who do much, or any of whoever does little. A day with less than `share` of what its
 * largest days have is left out: a weekend, a half-day, a night; of three patients one is no sign of that. `min`: from so many days on. `floorShare`: where they
 * usually hold so much of the rule's floor: of less, a day that reaches the floor is more than the double, which peers tell.
 */
export const fullOwnDays = { min: 3, share: 0.5, floorShare: 0.5 } as const;
export const anyOwnDays = { min: 2, share: 0.3, floorShare: 0 } as const;
/** The spread that is usual within accounts of the role counts as so many days of one's own, and is at least so much: 1 is what chance makes. */
export const ownRoleDays = 16;
export const ownSpreadLeast = 0.6;
/** A day is learned as at most so many deviations above the mean, so that a raised habit teaches little of itself. */
export const ownLearnedDeviations = 1;
/** Days before today add up: of each what lies above one spread, at most three of it; the sum keeps so much from day to day. */
export const ownAddedFrom = 1;
export const ownAddedMost = 4;
export const ownAddedKept = 0.9;
/** Whoever reads less than this many times the mean of own days is not told for going beyond them, however regular. */
export const ownExcessMin = 1.5;
/** Of a role of which fewer full days are known, the spread is everybody's, and of fewer of these what chance makes. */
export const ownSpreadDaysMin = 30;

/** What was called honest excuses for so many days: longer than a quarter, and less than records of days are kept. */
export const honestWorkDays = 200;
/** It excuses up to so many times as much. */
export const honestExcess = 1.5;
/** Work of a role is what so large a share of its accounts was called honest for, and so many at least. */
export const honestRoleShare = 0.2;
export const honestRoleMin = 2;

/** More than this share of accounts on a day among the furthest fiftieth of days: not people changed, but what is counted. */
export const stepAccountsShare = 0.1;
/** The same with the accounts of whom something was told that day: more of them, since an attack by many accounts must not make thresholds wait. */
export const stepToldShare = 0.3;
export const stepSurpriseShare = 0.02;
export const stepAccountsMin = 20;

/** Thresholds of so many days are kept, for accesses that come late. */
export const daysAnswered = 10;
/** An account that was not there for so long is forgotten. */
export const forgottenAfterDays = 60;

/** Further roles of a group stand together with those that have none. */
export const rolesMax = 1_024;
/** Larger counts are taken as this one. */
export const countMax = 65_535;

/** A rule of other subjects than accounts that nobody has met so many days after accounts are known is met by nobody: on the first day nothing is elsewhere, and two more are learned by then. */
export const unmetAfterDays = 4;
