import type { Format } from '../../texts/format.js';
import { ownTexts } from '../../texts/own.js';

function fr(f: Format) {
  const count = (n: number, one: string, other: string) => `${f.number(n)} ${f.plural(n, one, other)}`;
  return {
    title: 'Consultations',
    heading: (shown: number, people: number, seesAll: boolean, isMore: boolean) =>
      shown === 0
        ? 'Aucune consultation ne correspond.'
        : seesAll
          ? `${isMore ? 'Plus de ' : ''}${count(shown, 'consultation', 'consultations')}, par ${count(people, 'personne', 'personnes')}.`
          : `Vos ${isMore ? 'dernières ' : ''}consultations : ${f.number(shown)}${isMore ? ' et plus' : ''}.`,
    own: 'Vous voyez vos propres consultations. Celles des autres sont réservées aux délégués à la protection des données qui voient tous les établissements.',
    proof:
      'Chaque ligne a été écrite avant la réponse et porte l’empreinte de la précédente : « vigie audit verify » dit laquelle a été changée.',
    caption: (from: string, to: string) => `Les plus récentes d’abord, de ${from} à ${to}`,
    at: 'Quand',
    by: 'Qui',
    what: 'Quoi',
    case: 'Cas',
    rows: 'Lignes',
    status: 'Réponse',
    address: 'Adresse',
    nobody: 'inconnu',
    filters: 'Filtres',
    who: 'Personne',
    caseField: 'Cas (numéro entier)',
    kind: 'Genre',
    days: 'Jours',
    apply: 'Filtrer',
    next: 'Plus anciennes',
    download: 'Télécharger en CSV',
    first: 'Retour aux plus récentes',
    kinds: { '': 'tout', lists: 'listes et fichiers de patients', changes: 'ce qui a été fait', refused: 'refus' },
    statuses: { given: 'donné', refused: 'refusé', failed: 'échoué' },
    routes: {
      '/v1/login': 'connexion',
      '/v1/logout': 'déconnexion',
      '/v1/confirm': 'identité confirmée',
      '/v1/cases': 'liste des cas',
      '/v1/cases/:id': 'cas',
      '/v1/cases/:id/timeline': 'chronologie',
      '/v1/cases/:id/notifications': 'messages',
      '/v1/cases/:id/patients': 'liste de patients',
      '/v1/cases/:id/patients.csv': 'liste de patients, fichier',
      '/v1/cases/:id/accesses': 'accès d’une règle',
      '/v1/cases/:id/why': 'raisons',
      '/v1/cases/:id/clinics': 'établissements du cas',
      '/v1/cases/:id/shape': 'courbe du cas',
      '/v1/cases/:id/actions': 'action sur le cas',
      '/v1/cases/:id/snapshots': 'dossier figé',
      '/v1/accounts/:group/:actor': 'compte',
      '/v1/rules': 'règles',
      '/v1/rules/:id': 'règle',
      '/v1/backtests': 'essai d’une règle',
      '/v1/backtests/:id': 'résultat d’un essai',
      '/v1/mutes': 'silences',
      '/v1/mutes/:id': 'silence',
      '/v1/leaks': 'recherche de l’origine d’une fuite',
      '/v1/leaks/:id': 'recherche passée',
      '/v1/oncall': 'astreintes',
      '/v1/channels': 'canaux',
      '/v1/books': 'comptes',
      '/v1/exceptions': 'exceptions',
      '/v1/audit': 'consultations',
      '/v1/audit/looks.csv': 'consultations, fichier',
      '/v1/snapshots/:id/verification': 'liste figée vérifiée',
      '/v1/snapshots/:id/difference/:to': 'listes figées comparées',
      '/v1/stream': 'nouveautés',
    } as Readonly<Record<string, string>>,
  };
}

function en(f: Format): ReturnType<typeof fr> {
  const count = (n: number, one: string, other: string) => `${f.number(n)} ${f.plural(n, one, other)}`;
  return {
    title: 'Audit',
    heading: (shown, people, seesAll, isMore) =>
      shown === 0
        ? 'Nobody has looked at anything that fits.'
        : seesAll
          ? `${isMore ? 'More than ' : ''}${count(shown, 'look', 'looks')}, by ${count(people, 'person', 'people')}.`
          : `Your ${isMore ? 'latest ' : ''}looks: ${f.number(shown)}${isMore ? ' and more' : ''}.`,
    own: 'You see what you looked at yourself. What others looked at is told to data-protection officers who see all clinics.',
    proof:
      'Each line was written before the answer went out, and carries the digest of the one before: “vigie audit verify” names one that was changed.',
    caption: (from, to) => `The newest first, from ${from} to ${to}`,
    at: 'When',
    by: 'Who',
    what: 'What',
    case: 'Case',
    rows: 'Lines',
    status: 'Answer',
    address: 'Address',
    nobody: 'unknown',
    filters: 'Filters',
    who: 'Person',
    caseField: 'Case (whole number)',
    kind: 'Kind',
    days: 'Days',
    apply: 'Filter',
    next: 'Older ones',
    download: 'Download as CSV',
    first: 'Back to the newest',
    kinds: { '': 'everything', lists: 'lists and files of patients', changes: 'what was done', refused: 'refusals' },
    statuses: { given: 'given', refused: 'refused', failed: 'failed' },
    routes: {
      '/v1/login': 'login',
      '/v1/logout': 'logout',
      '/v1/confirm': 'identity confirmed',
      '/v1/cases': 'list of cases',
      '/v1/cases/:id': 'case',
      '/v1/cases/:id/timeline': 'timeline',
      '/v1/cases/:id/notifications': 'messages',
      '/v1/cases/:id/patients': 'list of patients',
      '/v1/cases/:id/patients.csv': 'list of patients, file',
      '/v1/cases/:id/accesses': 'accesses of a rule',
      '/v1/cases/:id/why': 'reasons',
      '/v1/cases/:id/clinics': 'clinics of the case',
      '/v1/cases/:id/shape': 'curve of the case',
      '/v1/cases/:id/actions': 'action on the case',
      '/v1/cases/:id/snapshots': 'frozen dossier',
      '/v1/accounts/:group/:actor': 'account',
      '/v1/rules': 'rules',
      '/v1/rules/:id': 'rule',
      '/v1/backtests': 'backtest',
      '/v1/backtests/:id': 'result of a backtest',
      '/v1/mutes': 'mutes',
      '/v1/mutes/:id': 'mute',
      '/v1/leaks': 'attribution of a leak',
      '/v1/leaks/:id': 'earlier comparison',
      '/v1/oncall': 'on call',
      '/v1/channels': 'channels',
      '/v1/books': 'books',
      '/v1/exceptions': 'exceptions',
      '/v1/audit': 'audit',
      '/v1/audit/looks.csv': 'audit, file',
      '/v1/snapshots/:id/verification': 'frozen list verified',
      '/v1/snapshots/:id/difference/:to': 'frozen lists compared',
      '/v1/stream': 'live updates',
    },
  };
}

export const auditTexts = ownTexts({ fr, en });
