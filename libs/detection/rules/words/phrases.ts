import type { Comparison } from '../match/match.js';

/** What is said of a field, or denied of it. */
export interface Voice {
  readonly isThere: string;
  readonly is: string;
  readonly contains: string;
  readonly startswith: string;
  readonly endswith: string;
  readonly like: string;
  readonly matches: string;
  readonly isIn: string;
  readonly same: string;
  /** Before several values, and before the last of them. */
  readonly isAny: string;
  readonly or: string;
  readonly clock: Readonly<Record<'day' | 'hour' | 'weekday', string>>;
  readonly anyClock: Readonly<Record<'day' | 'hour' | 'weekday', string>>;
  readonly from: (instant: string) => string;
  /** In the place of so many values that are not told. */
  readonly orMore: (count: number) => string;
}

/** What a condition is made of in one language; fields keep their names. */
export interface Phrases {
  readonly and: string;
  readonly or: string;
  /** Before a condition in parentheses. */
  readonly not: string;
  readonly anyAccess: string;
  readonly noAccess: string;
  readonly said: Voice;
  readonly denied: Voice;
  /** Behind a text whose letters count as they are. */
  readonly minded: string;
  readonly truth: Readonly<Record<'true' | 'false', string>>;
  /** Before a number, with a blank at their end. */
  readonly comparisons: Readonly<Record<Comparison, string>>;
  readonly weekdays: readonly string[];
  readonly inZone: (zone: string) => string;
  /** In the place of so many conditions that are not told. */
  readonly otherConditions: (count: number) => string;
}

const clockInEnglish = { day: 'the day of the month is', hour: 'the hour is', weekday: 'it is' } as const;

export const english: Phrases = {
  and: 'and',
  or: 'or',
  not: 'not',
  anyAccess: 'any access',
  noAccess: 'no access',
  said: {
    isThere: 'is there',
    is: 'is',
    contains: 'contains',
    startswith: 'begins with',
    endswith: 'ends with',
    like: 'is like',
    matches: 'matches',
    isIn: 'is in',
    same: 'is the same as',
    isAny: 'is',
    or: 'or',
    clock: clockInEnglish,
    anyClock: clockInEnglish,
    from: (instant) => `it is ${instant} or later`,
    orMore: (count) => `or one of ${count.toLocaleString('en')} more`,
  },
  denied: {
    isThere: 'is not there',
    is: 'is not',
    contains: 'does not contain',
    startswith: 'does not begin with',
    endswith: 'does not end with',
    like: 'is not like',
    matches: 'does not match',
    isIn: 'is not in',
    same: 'is not the same as',
    isAny: 'is neither',
    or: 'nor',
    clock: { day: 'the day of the month is not', hour: 'the hour is not', weekday: 'it is not' },
    anyClock: { day: 'the day of the month is neither', hour: 'the hour is neither', weekday: 'it is neither' },
    from: (instant) => `it is before ${instant}`,
    orMore: (count) => `nor one of ${count.toLocaleString('en')} more`,
  },
  minded: ', letter case included',
  truth: { true: 'true', false: 'false' },
  comparisons: { eq: '', gt: 'above ', gte: 'at least ', lt: 'below ', lte: 'at most ' },
  weekdays: ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'],
  inZone: (zone) => ` in ${zone}`,
  otherConditions: (count) => `one of ${count.toLocaleString('en')} other conditions`,
};

const clockInFrench = { day: 'le jour du mois est', hour: 'l’heure est', weekday: 'on est' } as const;

export const french: Phrases = {
  and: 'et',
  or: 'ou',
  not: 'non',
  anyAccess: 'tout accès',
  noAccess: 'aucun accès',
  said: {
    isThere: 'est présent',
    is: 'est',
    contains: 'contient',
    startswith: 'commence par',
    endswith: 'finit par',
    like: 'ressemble à',
    matches: 'correspond à',
    isIn: 'est dans',
    same: 'est le même que',
    isAny: 'est',
    or: 'ou',
    clock: clockInFrench,
    anyClock: clockInFrench,
    from: (instant) => `on est le ${instant} ou plus tard`,
    orMore: (count) => `ou l’une de ${count.toLocaleString('fr')} autres`,
  },
  denied: {
    isThere: 'est absent',
    is: 'n’est pas',
    contains: 'ne contient pas',
    startswith: 'ne commence pas par',
    endswith: 'ne finit pas par',
    like: 'ne ressemble pas à',
    matches: 'ne correspond pas à',
    isIn: 'n’est pas dans',
    same: 'n’est pas le même que',
    isAny: 'n’est ni',
    or: 'ni',
    clock: { day: 'le jour du mois n’est pas', hour: 'l’heure n’est pas', weekday: 'on n’est pas' },
    anyClock: { day: 'le jour du mois n’est ni', hour: 'l’heure n’est ni', weekday: 'on n’est ni' },
    from: (instant) => `on est avant le ${instant}`,
    orMore: (count) => `ni l’une de ${count.toLocaleString('fr')} autres`,
  },
  minded: ', majuscules comprises',
  truth: { true: 'vrai', false: 'faux' },
  comparisons: { eq: '', gt: 'au-dessus de ', gte: 'au moins ', lt: 'en dessous de ', lte: 'au plus ' },
  weekdays: ['lundi', 'mardi', 'mercredi', 'jeudi', 'vendredi', 'samedi', 'dimanche'],
  inZone: (zone) => ` à ${zone}`,
  otherConditions: (count) => `l’une de ${count.toLocaleString('fr')} autres conditions`,
};
