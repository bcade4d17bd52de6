import type { Format } from '../../texts/format.js';
import { ownTexts } from '../../texts/own.js';

function fr(f: Format) {
  const count = (n: number, one: string, other: string) => `${f.number(n)} ${f.plural(n, one, other)}`;
  const patients = (n: number) => count(n, 'patient', 'patients');
  return {
    heading: (actor: string, today: number, usual: { readonly median: number; readonly most: number } | undefined) =>
      usual === undefined
        ? `${actor} a ouvert ${patients(today)} aujourd’hui et n’avait rien fait dans les 89 jours d’avant.`
        : `${actor} a ouvert ${patients(today)} aujourd’hui ; un jour ordinaire, ${f.number(usual.median)}, et ${f.number(usual.most)} au plus.`,
    nothing: (actor: string) => `${actor} n’a rien fait en 90 jours.`,
    mayNot:
      'Ce que fait un compte est réservé aux analystes et aux délégués à la protection des données ; ses cas, eux, sont plus bas.',
    own: 'Tout est compté dans vos établissements seulement.',
    days: 'Quatre-vingt-dix jours',
    today: 'aujourd’hui',
    usual: (n: number) => `ordinaire : ${f.number(n)}`,
    most: (n: number) => `au plus : ${f.number(n)}`,
    daysText: (today: number, median: number, most: number) =>
      `Patients par jour sur 90 jours : ${f.number(today)} aujourd’hui, ${f.number(median)} un jour ordinaire, ${f.number(most)} au plus avant.`,
    daysTable: (n: number) => `Le tableau (${count(n, 'jour avec des accès', 'jours avec des accès')})`,
    day: 'Jour (Paris)',
    patients: 'Patients',
    events: 'Événements',
    clinics: 'Établissements',
    hours: 'Aujourd’hui, heure par heure',
    hoursText: (unusual: number) =>
      unusual === 0
        ? 'Patients par heure aujourd’hui : jamais plus que ce compte n’en avait déjà ouvert à la même heure.'
        : `Patients par heure aujourd’hui : plus que jamais à ${count(unusual, 'heure', 'heures')} du jour.`,
    hoursTable: 'Le tableau (24 heures)',
    hour: 'Heure (Paris)',
    now: 'Aujourd’hui',
    mostBefore: 'Au plus avant',
    above: 'plus que jamais',
    peers: (rank: number, of: number, role: string, fullest: number, median: number, p99: number) =>
      `Son jour le plus plein (${patients(fullest)}) est le numéro ${f.number(rank)} sur ${count(of, 'compte', 'comptes')} du rôle « ${role} » : la médiane est ${f.number(median)}, 99 sur 100 restent sous ${f.number(p99)}.`,
    values: 'D’où et avec quoi',
    valuesCaption: (n: number) => `${count(n, 'valeur', 'valeurs')}, celles d’aujourd’hui d’abord`,
    kind: 'Genre',
    value: 'Valeur',
    before: '89 jours d’avant',
    since: 'Vu depuis',
    fresh: 'nouveau aujourd’hui',
    kinds: { clinic: 'établissement', address: 'adresse', application: 'application', device: 'poste', program: 'programme' },
    windows: 'Ce que comptent les règles en ce moment',
    windowsCaption: (n: number, at: string) =>
      `${count(n, 'fenêtre', 'fenêtres')}, d’abord les plus près de leur seuil ; dernier accès à ${at}`,
    windowStates: {
      nothing: 'Aucune fenêtre n’a d’accès de ce compte : il n’a rien fait récemment qu’une règle regarde.',
      away: 'Aucun moteur de règles ne répond : ce que comptent les fenêtres n’est pas connu. Le reste de la page ne vient pas d’eux.',
      other_clinics: 'Les fenêtres comptent tous les établissements du groupe : elles ne sont montrées qu’à qui les voit tous.',
    },
    windowsOld: (at: string) => `Ce qui suit est ce qu’elles comptaient à ${at}.`,
    rule: 'Règle',
    counted: 'Compté',
    needed: 'Seuil',
    missing: 'Il manque',
    falls: 'Redescend',
    holds: 'atteint',
    moreWindows: (n: number) =>
      `et ${f.number(n)} ${f.plural(n, 'autre fenêtre', 'autres fenêtres')} de cette règle, pas plus près du seuil`,
    spread: (n: number, of: number) => `étendue ${f.number(n)} sur ${f.number(of)}`,
    to: (n: number, at: string) => `à ${f.number(n)} à ${at}`,
    cases: 'Ses cas',
  };
}

function en(f: Format): ReturnType<typeof fr> {
  const count = (n: number, one: string, other: string) => `${f.number(n)} ${f.plural(n, one, other)}`;
  const patients = (n: number) => count(n, 'patient', 'patients');
  return {
    heading: (actor, today, usual) =>
      usual === undefined
        ? `${actor} has opened ${patients(today)} today, and had done nothing in the 89 days before.`
        : `${actor} has opened ${patients(today)} today; on an ordinary day ${f.number(usual.median)}, and ${f.number(usual.most)} at most.`,
    nothing: (actor) => `${actor} has done nothing in 90 days.`,
    mayNot: 'What an account does is told to analysts and data-protection officers; its cases are below.',
    own: 'Everything is counted in your clinics alone.',
    days: 'Ninety days',
    today: 'today',
    usual: (n) => `ordinary: ${f.number(n)}`,
    most: (n) => `at most: ${f.number(n)}`,
    daysText: (today, median, most) =>
      `Patients a day over 90 days: ${f.number(today)} today, ${f.number(median)} on an ordinary day, ${f.number(most)} at most before.`,
    daysTable: (n) => `The table (${count(n, 'day with accesses', 'days with accesses')})`,
    day: 'Day (Paris)',
    patients: 'Patients',
    events: 'Events',
    clinics: 'Clinics',
    hours: 'Today, hour by hour',
    hoursText: (unusual) =>
      unusual === 0
        ? 'Patients an hour today: never more than this account had opened at the same hour.'
        : `Patients an hour today: more than ever at ${count(unusual, 'hour', 'hours')} of the day.`,
    hoursTable: 'The table (24 hours)',
    hour: 'Hour (Paris)',
    now: 'Today',
    mostBefore: 'Most before',
    above: 'more than ever',
    peers: (rank, of, role, fullest, median, p99) =>
      `Its fullest day (${patients(fullest)}) is number ${f.number(rank)} of ${count(of, 'account', 'accounts')} of the role “${role}”: the median is ${f.number(median)}, 99 in 100 stay below ${f.number(p99)}.`,
    values: 'From where and with what',
    valuesCaption: (n) => `${count(n, 'value', 'values')}, those of today first`,
    kind: 'Kind',
    value: 'Value',
    before: '89 days before',
    since: 'Seen since',
    fresh: 'new today',
    kinds: { clinic: 'clinic', address: 'address', application: 'application', device: 'device', program: 'program' },
    windows: 'What the rules count now',
    windowsCaption: (n, at) => `${count(n, 'window', 'windows')}, those nearest to their threshold first; last access at ${at}`,
    windowStates: {
      nothing: 'No window has an access of this account: it has done nothing of late that a rule looks at.',
      away: 'No scorer answers: what the windows count is not known. Nothing else on this page comes from them.',
      other_clinics: 'Windows count all clinics of the group: they are shown to whoever sees them all.',
    },
    windowsOld: (at) => `What follows is what they counted at ${at}.`,
    rule: 'Rule',
    counted: 'Counted',
    needed: 'Threshold',
    missing: 'Missing',
    falls: 'Falls',
    holds: 'reached',
    moreWindows: (n) => `and ${f.number(n)} more ${f.plural(n, 'window', 'windows')} of this rule, no nearer to its threshold`,
    spread: (n, of) => `spread ${f.number(n)} of ${f.number(of)}`,
    to: (n, at) => `to ${f.number(n)} at ${at}`,
    cases: 'Its cases',
  };
}

export const accountTexts = ownTexts({ fr, en });
