import type { Format } from '../../../texts/format.js';
import { ownTexts } from '../../../texts/own.js';

function fr(f: Format) {
  const count = (n: number, one: string, other: string) => `${f.number(n)} ${f.plural(n, one, other)}`;
  return {
    pair: (name: string, value: string) => `${name} : ${value}`,
    title: 'Pourquoi ce cas existe',
    mayNot: 'Les raisons d’un cas sont réservées aux analystes et aux délégués à la protection des données.',
    nothing: 'Aucune règle de ce cas ne porte sur un établissement que vous voyez.',
    more: (n: number) => `${count(n, 'autre incident', 'autres incidents')} de ce cas ne sont pas détaillés ici.`,
    fired: (value: number | null, threshold: number, span: string) =>
      value === null
        ? `Le seuil de ${f.number(threshold)} en ${span} a été atteint, tous établissements confondus.`
        : `${f.number(value)} en ${span}, pour un seuil de ${f.number(threshold)}.`,
    spread: (value: number | null, threshold: number) =>
      value === null
        ? `L’étendue demandée était de ${f.number(threshold)}.`
        : `Étendue : ${f.number(value)}, pour un seuil de ${f.number(threshold)}.`,
    notBefore: (n: number) => `À ${f.number(n)}, elle n’aurait rien signalé.`,
    window: (from: string, to: string) => `Fenêtre : après ${from}, jusqu’à ${to}.`,
    held: (until: string) => `La règle a tenu jusqu’à ${until}.`,
    figures: (accesses: number, patients: number, clinics: number) =>
      `${count(accesses, 'accès', 'accès')} à ${count(patients, 'patient', 'patients')} dans ${count(clinics, 'établissement', 'établissements')}`,
    ways: (addresses: number, sessions: number) =>
      `${count(addresses, 'adresse', 'adresses')}, ${count(sessions, 'session', 'sessions')}`,
    own: 'Les chiffres des accès sont ceux de vos établissements.',
    unknown: 'La base des accès ne connaît pas (encore) les conditions de cette règle : ses accès ne peuvent pas être montrés.',
    actions: 'Ce qui a été fait',
    unusual: 'Ce qui est nouveau pour ce compte',
    before: (n: number) =>
      n === 0
        ? 'Ce compte n’avait rien fait dans les 90 jours d’avant : tout est nouveau.'
        : `Comparé à ses ${count(n, 'événement', 'événements')} des 90 jours d’avant.`,
    fresh: (n: number, of: number) => `${f.number(n)} sur ${f.number(of)}`,
    none: 'rien de nouveau',
    kinds: {
      clinics: 'Établissements',
      addresses: 'Adresses',
      devices: 'Postes',
      programs: 'Programmes',
      applications: 'Applications',
    },
    closed: 'Établissements déjà fermés',
    hours: 'Heures',
    atHours: (n: number, hours: readonly number[]) =>
      `${count(n, 'événement', 'événements')} à des heures où il ne travaillait pas : ${f.list(hours.map((hour) => `${hour} h`))}`,
    mfa: 'Second facteur',
    mfaOf: (without: number, all: number) => `absent de ${f.number(without)} sur ${count(all, 'événement', 'événements')}`,
    mfaUnknown: 'la source ne le dit pas',
    notAccount: 'Ce qui est nouveau se compare au passé d’un compte ; cet incident porte sur autre chose.',
    show: 'Montrer les accès',
    hide: 'Cacher les accès',
    accesses: 'Accès qui ont déclenché la règle',
    consequence:
      'La liste porte des pseudonymes de patients : chaque page est inscrite au journal des consultations avec votre nom.',
    caption: (from: number, to: number, of: number) =>
      `accès ${f.number(from)} à ${f.number(to)} sur ${f.number(of)}, dans l’ordre`,
    heads: {
      time: 'Quand',
      clinic: 'Établissement',
      action: 'Action',
      patient: 'Pseudonyme',
      address: 'Adresse',
      application: 'Application',
      session: 'Session',
    },
    next: 'Page suivante',
    previous: 'Page précédente',
    noPatient: 'sans patient',
    sql: 'La requête, pour continuer dans ClickHouse',
    command: (id: string) => `Sur la machine : vigie why ${id}`,
  };
}

function en(f: Format): ReturnType<typeof fr> {
  const count = (n: number, one: string, other: string) => `${f.number(n)} ${f.plural(n, one, other)}`;
  return {
    pair: (name, value) => `${name}: ${value}`,
    title: 'Why this is a case',
    mayNot: 'Why a case fired is told to analysts and data-protection officers.',
    nothing: 'No rule of this case is about a clinic that you see.',
    more: (n) => `${count(n, 'other incident', 'other incidents')} of this case are not detailed here.`,
    fired: (value, threshold, span) =>
      value === null
        ? `The threshold of ${f.number(threshold)} in ${span} was reached, over all clinics.`
        : `${f.number(value)} in ${span}, where ${f.number(threshold)} are needed.`,
    spread: (value, threshold) =>
      value === null
        ? `The spread that is needed was ${f.number(threshold)}.`
        : `Spread: ${f.number(value)}, where ${f.number(threshold)} are needed.`,
    notBefore: (n) => `At ${f.number(n)} it would not have fired.`,
    window: (from, to) => `Window: after ${from}, up to ${to}.`,
    held: (until) => `The rule held until ${until}.`,
    figures: (accesses, patients, clinics) =>
      `${count(accesses, 'access', 'accesses')} to ${count(patients, 'patient', 'patients')} in ${count(clinics, 'clinic', 'clinics')}`,
    ways: (addresses, sessions) => `${count(addresses, 'address', 'addresses')}, ${count(sessions, 'session', 'sessions')}`,
    own: 'The figures of accesses are those of your clinics.',
    unknown: 'The store does not know the conditions of this rule (yet): its accesses cannot be shown.',
    actions: 'What was done',
    unusual: 'What is new to this account',
    before: (n) =>
      n === 0
        ? 'This account had done nothing in the 90 days before: everything is new.'
        : `Compared with its ${count(n, 'event', 'events')} of the 90 days before.`,
    fresh: (n, of) => `${f.number(n)} of ${f.number(of)}`,
    none: 'nothing new',
    kinds: { clinics: 'Clinics', addresses: 'Addresses', devices: 'Devices', programs: 'Programs', applications: 'Applications' },
    closed: 'Clinics that were closed already',
    hours: 'Hours',
    atHours: (n, hours) =>
      `${count(n, 'event', 'events')} at hours at which it did not work: ${f.list(hours.map((hour) => `${String(hour).padStart(2, '0')}:00`))}`,
    mfa: 'Second factor',
    mfaOf: (without, all) => `missing from ${f.number(without)} of ${count(all, 'event', 'events')}`,
    mfaUnknown: 'the source does not say',
    notAccount: 'What is new is compared with the past of an account; this incident is of something else.',
    show: 'Show the accesses',
    hide: 'Hide the accesses',
    accesses: 'Accesses that made the rule fire',
    consequence: 'The list holds pseudonyms of patients: each page is written down in the audit with your name.',
    caption: (from, to, of) => `accesses ${f.number(from)} to ${f.number(to)} of ${f.number(of)}, in order`,
    heads: {
      time: 'When',
      clinic: 'Clinic',
      action: 'Action',
      patient: 'Pseudonym',
      address: 'Address',
      application: 'Application',
      session: 'Session',
    },
    next: 'Next page',
    previous: 'Previous page',
    noPatient: 'no patient',
    sql: 'The query, to go on in ClickHouse',
    command: (id) => `On the machine: vigie why ${id}`,
  };
}

export const whyTexts = ownTexts({ fr, en });
export type WhyTexts = ReturnType<typeof fr>;
