import type { Action } from '#libs/contracts/vocabulary.js';
import type { RoleName } from './roles.js';

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
  /** `steady` like a script, `human` with short and long waits. */
  readonly rhythm: 'steady' | 'human';
  readonly action: Action;
  /** Patients of one event. */
  readonly together: number;
  /** Order of the records: mixed over the clinics, clinic after clinic, or by ascending identifier. */
  readonly order: 'mixed' | 'by_clinic' | 'ascending';
  /** Where it comes from: an address outside, another inside, or the account's own place. */
  readonly from: 'outside' | 'inside' | 'own';
}

const allDay = [0, 24] as const;
const usual = {
  day: 0, days: 400, hours: allDay, closed: 0, actors: 1, rhythm: 'human', action: 'read', together: 1, order: 'mixed',
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
} as const satisfies Readonly<Record<string, AttackPlan>>; // prettier-ignore
export type AttackName = keyof typeof attackPlans;
export const attackNames = Object.keys(attackPlans).filter((name): name is AttackName => Object.hasOwn(attackPlans, name));

/** What can be changed of a plan. `account` is the id of one account to use. */
export type AttackSettings = Partial<
  Pick<AttackPlan, 'actors' | 'day' | 'hour' | 'days' | 'open' | 'closed' | 'patients' | 'pace' | 'together' | 'order' | 'from'>
> & { readonly account?: string };

/** An attack to plant: its name alone, or with settings. */
export type AttackOrder = AttackName | ({ readonly name: AttackName } & AttackSettings);
