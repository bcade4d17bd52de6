import type { Format } from '../../texts/format.js';
import { ownTexts } from '../../texts/own.js';

function fr(f: Format) {
  const count = (n: number, one: string, other: string) => `${f.number(n)} ${f.plural(n, one, other)}`;
  return {
    title: 'Exceptions',
    heading: (runs: number, soon: number, hidden: number | null) =>
      runs === 0
        ? 'Aucune exception n’est en vigueur : chaque règle voit tous les accès.'
        : `${count(runs, 'exception est', 'exceptions sont')} en vigueur${soon > 0 ? `, ${count(soon, 'finit', 'finissent')} dans le mois` : ''}${hidden === null ? '' : ` ; elles ont tu ${count(hidden, 'signalement', 'signalements')} en trente jours`}.`,
    hint: 'Une exception retire des accès d’une règle jusqu’à une date. Elle est écrite dans les fichiers des règles, relue, et finit seule ; ce qu’elle tait est compté à côté. Un silence, lui, ne retient que des messages.',
    own: 'Qui en répond, ce qu’elles retirent et ce qu’elles ont tu n’est montré qu’à qui voit tous les établissements.',
    caption: (n: number) => `${count(n, 'exception', 'exceptions')}, d’abord celles qui ont tu le plus`,
    what: 'Ce qui est retiré',
    rules: 'Règles',
    until: 'Jusqu’à',
    owner: 'Qui en répond',
    hidden: 'Tus en 30 jours',
    accounts: 'Comptes',
    most: 'Le plus de patients',
    last: 'Dernier',
    over: 'finie',
    runs: 'en vigueur',
    state: 'État',
    none: 'Aucune exception n’est écrite dans les règles en service.',
    noRule: 'aucune règle en service',
    toMutes: 'Silences',
    words: 'Ce qu’elle retire, mot à mot',
  };
}

function en(f: Format): ReturnType<typeof fr> {
  const count = (n: number, one: string, other: string) => `${f.number(n)} ${f.plural(n, one, other)}`;
  return {
    title: 'Exceptions',
    heading: (runs, soon, hidden) =>
      runs === 0
        ? 'No exception is in force: every rule sees all accesses.'
        : `${count(runs, 'exception is', 'exceptions are')} in force${soon > 0 ? `, ${count(soon, 'ends', 'end')} within a month` : ''}${hidden === null ? '' : `; they kept ${count(hidden, 'match', 'matches')} quiet in thirty days`}.`,
    hint: 'An exception takes accesses out of a rule until a day. It is written in the files of the rules, reviewed, and ends by itself; what it keeps quiet is counted beside. A mute keeps messages back and nothing else.',
    own: 'Who answers for them, what they take out and what they kept quiet is shown to whoever sees all clinics.',
    caption: (n) => `${count(n, 'exception', 'exceptions')}, those that kept most quiet first`,
    what: 'What is taken out',
    rules: 'Rules',
    until: 'Until',
    owner: 'Who answers for it',
    hidden: 'Kept quiet in 30 days',
    accounts: 'Accounts',
    most: 'Most patients',
    last: 'Last',
    over: 'over',
    runs: 'in force',
    state: 'State',
    none: 'No exception is written in the rules in use.',
    noRule: 'no rule in use',
    toMutes: 'Mutes',
    words: 'What it takes out, word by word',
  };
}

export const exceptionsTexts = ownTexts({ fr, en });
