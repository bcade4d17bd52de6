import type { Comparison } from '../match/match.js';

/** What a condition is made of in one language; fields keep their names. */
export interface Phrases {
  readonly and: string;
  readonly or: string;
  readonly not: string;
  readonly anyAccess: string;
  readonly noAccess: string;
  readonly isThere: string;
  readonly isNotThere: string;
  readonly verbs: Readonly<Record<'is' | 'contains' | 'startswith' | 'endswith', string>>;
  readonly like: string;
  readonly matches: string;
  readonly isIn: string;
  readonly same: string;
  /** Behind a text whose letters count as they are. */
  readonly minded: string;
  readonly truth: Readonly<Record<'true' | 'false', string>>;
  /** Before a number, with a blank at their end. */
  readonly comparisons: Readonly<Record<Comparison, string>>;
  readonly itIs: string;
  readonly clock: Readonly<Record<'day' | 'hour', string>>;
  readonly weekdays: readonly string[];
  readonly inZone: (zone: string) => string;
  readonly from: (instant: string) => string;
  /** In the place of so many values, or conditions, that are not told. */
  readonly orMore: (count: number) => string;
  readonly otherConditions: (count: number) => string;
}

export const english: Phrases = {
  and: 'and',
  or: 'or',
  not: 'not',
  anyAccess: 'any access',
  noAccess: 'no access',
  isThere: 'is there',
  isNotThere: 'is not there',
  verbs: { is: 'is', contains: 'contains', startswith: 'begins with', endswith: 'ends with' },
  like: 'is like',
  matches: 'matches',
  isIn: 'is in',
  same: 'is the same as',
  minded: ', letter case included',
  truth: { true: 'true', false: 'false' },
  comparisons: { eq: '', gt: 'above ', gte: 'at least ', lt: 'below ', lte: 'at most ' },
  itIs: 'it is',
  clock: { day: 'the day of the month is', hour: 'the hour is' },
  weekdays: ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'],
  inZone: (zone) => ` in ${zone}`,
  from: (instant) => `it is ${instant} or later`,
  orMore: (count) => `or one of ${count.toLocaleString('en')} more`,
  otherConditions: (count) => `one of ${count.toLocaleString('en')} other conditions`,
};

export const french: Phrases = {
  and: 'et',
  or: 'ou',
  not: 'pas',
  anyAccess: 'tout accès',
  noAccess: 'aucun accès',
  isThere: 'est présent',
  isNotThere: 'est absent',
  verbs: { is: 'est', contains: 'contient', startswith: 'commence par', endswith: 'finit par' },
  like: 'ressemble à',
  matches: 'correspond à',
  isIn: 'est dans',
  same: 'est le même que',
  minded: ', majuscules comprises',
  truth: { true: 'vrai', false: 'faux' },
  comparisons: { eq: '', gt: 'au-dessus de ', gte: 'au moins ', lt: 'en dessous de ', lte: 'au plus ' },
  itIs: 'on est',
  clock: { day: 'le jour du mois est', hour: 'l’heure est' },
  weekdays: ['lundi', 'mardi', 'mercredi', 'jeudi', 'vendredi', 'samedi', 'dimanche'],
  inZone: (zone) => ` à ${zone}`,
  from: (instant) => `on est le ${instant} ou plus tard`,
  orMore: (count) => `ou l’une de ${count.toLocaleString('fr')} autres`,
  otherConditions: (count) => `l’une de ${count.toLocaleString('fr')} autres conditions`,
};
