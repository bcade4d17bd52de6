import type { Action } from '#libs/contracts/vocabulary.js';
import type { RoleName } from '../roles.js';

/** How an attack goes. Everything but the account's kind can be changed where it is planted. */
export interface AttackPlan {
  readonly what: string;
  /** Whose accounts are used: people of a role, or a service. */
  readonly account: RoleName | 'service';
  readonly actors: number;
  /** Local day from the start, counted from 0, and local hour of the first record. */
  readonly day: number;
  readonly hour: number;
  /** Days after which it ends, whatever has been read, and the local hours in which it goes on. */
  readonly days: number;
  readonly hours: readonly [number, number];
  /** Open clinics (`own` for the account's own) and closed ones that are read. */
  readonly open: number | 'own';
  readonly closed: number;
  readonly patients: number;
  /** Records a minute, over all accounts. */
  readonly pace: number;
  /** `steady` like a script, `human` with short and long waits, `even` with the same wait every time and the same hours every day. */
  readonly rhythm: 'steady' | 'human' | 'even';
  readonly action: Action;
  /** Patients of one event. */
  readonly together: number;
  /** Order of the records: mixed over the clinics, clinic after clinic, or by ascending identifier. */
  readonly order: 'mixed' | 'by_clinic' | 'ascending';
  /** Where it comes from: an address outside, another inside, one computer of a ward for all accounts, or the account's own place. */
  readonly from: 'outside' | 'inside' | 'house' | 'own';
  /** Which patients: anybody of the register, or those who lie in a bed or have an appointment on the day. */
  readonly among: 'register' | 'in_care';
  /** Records that an account reads on one day at most. */
  readonly perDay: number;
  /** By how many records that grows from one day to the next. */
  readonly growth: number;
  /** Days from one on which it goes on to the next. */
  readonly everyDays: number;
  /** The last account opens what the others have opened, this many hours after them; none does where it is 0. */
  readonly followHours: number;
  /** Behind break-the-glass. */
  readonly emergency: boolean;
  /** Accounts that were made in the week before. */
  readonly isNew: boolean;
}

const allDay = [0, 24] as const;
const usual = {
  day: 0, days: 400, hours: allDay, closed: 0, actors: 1, rhythm: 'human', action: 'read', together: 1, order: 'mixed',
  among: 'register', perDay: Infinity, growth: 0, everyDays: 1, followHours: 0, emergency: false, isNew: false,
} as const; // prettier-ignore

/**
 * What can be planted. The figures are those of attacks as they happened, or as people and scripts pace themselves; none is taken from
 * a rule of ours.
 */
export const attackPlans = {
  burst: {
    ...usual, what: 'one usurped privileged account without second factor empties five clinics, three of them closed, by script',
    account: 'administrator', hour: 14.2, open: 2, closed: 3, patients: 12_000, pace: 840, rhythm: 'steady', from: 'outside',
  },
  human_pace: {
    ...usual, what: 'somebody opens record after record by hand, over four clinics',
    account: 'physician', hour: 9.5, open: 4, patients: 900, pace: 8, from: 'outside',
  },
  slow: {
    ...usual, what: 'a few records an hour in working hours, over days and five clinics',
    account: 'secretary', hour: 8.5, days: 10, hours: [8, 19], open: 5, patients: 1_500, pace: 0.3, from: 'inside',
  },
  spread: {
    ...usual, what: 'eight accounts share the work, over five clinics',
    account: 'nurse', actors: 8, hour: 10, open: 5, patients: 3_200, pace: 16, from: 'outside',
  },
  bulk_export: {
    ...usual, what: 'the platform\'s own export function, a few hundred records at a time, over three clinics',
    account: 'secretary', hour: 16, open: 3, patients: 4_000, pace: 100, action: 'export', together: 320, order: 'by_clinic', from: 'own',
  },
  closed_clinics: {
    ...usual, what: 'records of clinics that exist no more, in the evening',
    account: 'nurse', hour: 20.5, open: 0, closed: 3, patients: 240, pace: 2, from: 'inside',
  },
  stolen_service_key: {
    ...usual, what: 'the key of an interface is used from another address',
    account: 'service', hour: 2.5, open: 6, patients: 4_000, pace: 40, rhythm: 'steady', from: 'inside',
  },
  own_clinic_double: {
    ...usual, what: 'an account stays in its clinic and its shift, at about twice its habit',
    account: 'secretary', hour: 9, days: 10, hours: [9, 16.5], open: 'own', patients: 600, pace: 0.13, from: 'own',
  },
  ascending_identifiers: {
    ...usual, what: 'one clinic\'s records in ascending order of their numbers',
    account: 'physician', hour: 12, open: 1, patients: 2_000, pace: 25, rhythm: 'steady', order: 'ascending', from: 'inside',
  },
  lists_of_forty: {
    ...usual, what: 'work lists of forty patients instead of records',
    account: 'nurse', hour: 15, open: 2, patients: 1_600, pace: 12, action: 'list', together: 40, order: 'by_clinic', from: 'own',
  },
  closed_clinics_drip: {
    ...usual, what: 'one record of a closed clinic every two hours',
    account: 'administrator', hour: 7, open: 0, closed: 3, patients: 1_000, pace: 1 / 120, from: 'inside',
  },
  forty_accounts: {
    ...usual, what: 'forty accounts from one address, twenty records each',
    account: 'nurse', actors: 40, hour: 18, open: 6, patients: 800, pace: 6, from: 'outside',
  },
  sixty_in_order: {
    ...usual, what: 'sixty accounts, a few records each a day, empty one clinic in the order of its numbers',
    account: 'nurse', actors: 60, hour: 8, days: 30, hours: [8, 20], open: 1, patients: 2_450, pace: 1.2, perDay: 4, order: 'ascending', from: 'own',
  },
  sixty_shuffled: {
    ...usual, what: 'sixty accounts, a few records each a day, over four clinics without order',
    account: 'nurse', actors: 60, hour: 8, days: 30, hours: [8, 20], open: 4, patients: 1_640, pace: 1.2, perDay: 2, from: 'own',
  },
  forty_inside: {
    ...usual, what: 'forty accounts from one computer of the house, seventeen records each',
    account: 'nurse', actors: 40, hour: 18, open: 6, patients: 680, pace: 3, from: 'house',
  },
  below_floors: {
    ...usual, what: 'an account stays below what any rule calls many: eighteen records a day, over four clinics',
    account: 'nurse', hour: 9, hours: [9, 18], open: 4, patients: 2_200, pace: 0.04, perDay: 18, from: 'own',
  },
  below_floors_own: {
    ...usual, what: 'the same, in its own clinic',
    account: 'nurse', hour: 9, hours: [9, 18], open: 'own', patients: 400, pace: 0.04, perDay: 18, from: 'own',
  },
  raised_habit: {
    ...usual, what: 'an account reads three records more every day than the day before, in its own clinic',
    account: 'secretary', hour: 9, hours: [9, 17], open: 'own', patients: 1_130, pace: 0.15, perDay: 2, growth: 3, from: 'own',
  },
  raised_habit_in_care: {
    ...usual, what: 'the same among patients who are in care',
    account: 'secretary', hour: 9, hours: [9, 17], open: 'own', patients: 1_000, pace: 0.2, perDay: 2, growth: 3, among: 'in_care', from: 'own',
  },
  linker_and_reader: {
    ...usual, what: 'one account opens records so that they look as if somebody dealt with them, and another reads them hours later',
    account: 'nurse', actors: 2, hour: 10, hours: [8, 20], open: 3, patients: 120, pace: 0.5, followHours: 4, from: 'own',
  },
  six_link_for_one: {
    ...usual, what: 'six accounts open records for a seventh, which reads all of them the next day',
    account: 'nurse', actors: 7, hour: 9, hours: [8, 20], open: 4, patients: 700, pace: 1, perDay: 24, followHours: 20, from: 'own',
  },
  behind_the_glass: {
    ...usual, what: 'a nurse breaks the glass for people who never came',
    account: 'nurse', hour: 8, hours: [8, 20], open: 3, patients: 330, pace: 0.08, perDay: 30, emergency: true, from: 'own',
  },
  newcomer: {
    ...usual, what: 'an account that was made last week',
    account: 'nurse', hour: 9, hours: [9, 18], open: 2, patients: 190, pace: 0.08, perDay: 30, isNew: true, from: 'own',
  },
  lists_only: {
    ...usual, what: 'lists of twenty, some every day, of which no record is opened',
    account: 'secretary', hour: 9, hours: [9, 17], open: 3, patients: 2_400, pace: 0.4, perDay: 200, action: 'list', together: 20, order: 'by_clinic', from: 'own',
  },
  service_at_its_pace: {
    ...usual, what: 'the key of an interface, from its own server, five records an hour beside what its job does',
    account: 'service', hour: 0, open: 6, patients: 1_650, pace: 0.085, from: 'own',
  },
  closed_every_few_days: {
    ...usual, what: 'one record of a closed clinic every four days',
    account: 'nurse', hour: 11, hours: [8, 20], open: 0, closed: 3, patients: 12, pace: 0.01, perDay: 1, everyDays: 4, from: 'own',
  },
  in_care_everywhere: {
    ...usual, what: 'only patients who are in care, over six clinics, at two to three times the habit',
    account: 'nurse', hour: 8, days: 8, hours: [8, 19], open: 6, patients: 320, pace: 0.08, perDay: 40, among: 'in_care', from: 'own',
  },
  in_care_own_clinic: {
    ...usual, what: 'the same in the account\'s own clinic',
    account: 'nurse', hour: 8, days: 8, hours: [8, 19], open: 'own', patients: 320, pace: 0.08, perDay: 40, among: 'in_care', from: 'own',
  },
} as const satisfies Readonly<Record<string, AttackPlan>>; // prettier-ignore
export type AttackName = keyof typeof attackPlans;
export const attackNames = Object.keys(attackPlans).filter((name): name is AttackName => Object.hasOwn(attackPlans, name));

/** What can be changed of a plan. `role` says whose accounts are used, `account` is the id of one of them, and `as` is what the truth calls the attack. */
export type AttackSettings = Partial<Omit<AttackPlan, 'what' | 'account'>> & {
  readonly role?: AttackPlan['account'];
  readonly account?: string;
  readonly as?: string;
};

/** An attack to plant: its name alone, or with settings. */
export type AttackOrder = AttackName | ({ readonly name: AttackName } & AttackSettings);
