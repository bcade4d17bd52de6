/** Titles of the rules that Vigie brings along, as people read them in French; a hospital's own rules keep the titles that it gave them. */
const french: Readonly<Record<string, string>> = {
  'Very many patients within ten minutes': 'Un très grand nombre de patients en dix minutes',
  'Very many patients within one hour': 'Un très grand nombre de patients en une heure',
  'Very many patients within a day': 'Un très grand nombre de patients en un jour',
  'Records of closed clinics within thirty days': 'Dossiers d’établissements fermés en trente jours',
  'Records of closed clinics at night': 'Dossiers d’établissements fermés, la nuit',
  'A list of records, and nobody says whose': 'Une liste de dossiers, sans qu’on dise de qui',
  'Records leave in bulk, and nobody says whose': 'Des dossiers sortent en masse, sans qu’on dise de qui',
  'Patients whom one other account alone has met': 'Patients qu’un seul autre compte a rencontrés',
  'Patients whom nobody has met, within ten minutes': 'Patients que personne n’a rencontrés, en dix minutes',
  'Patients whom nobody has met, within one hour': 'Patients que personne n’a rencontrés, en une heure',
  'Patients whom nobody has met, in three other clinics':
    'Patients que personne n’a rencontrés, dans trois autres établissements',
  'Patients of other clinics whom nobody has met, within a day':
    'Patients d’autres établissements que personne n’a rencontrés, en un jour',
  "Patients of one's own clinics whom nobody has met, within three days":
    'Patients de ses propres établissements que personne n’a rencontrés, en trois jours',
  "Patients of one's own clinics whom nobody has met, within a day":
    'Patients de ses propres établissements que personne n’a rencontrés, en un jour',
  'Patients of four other clinics within a week': 'Patients de quatre autres établissements en une semaine',
  'Patients of four other clinics within a day': 'Patients de quatre autres établissements en un jour',
  'Patients of four clinics or more within one hour': 'Patients de quatre établissements ou plus en une heure',
  'Patients of four clinics or more within a week': 'Patients de quatre établissements ou plus en une semaine',
  'Patients of four clinics or more within a day': 'Patients de quatre établissements ou plus en un jour',
  'Patients leave by export, print or download': 'Des patients sortent par export, impression ou téléchargement',
  'One session from two addresses': 'Une session depuis deux adresses',
  'Lists of numbers that lie together': 'Des listes de numéros qui se suivent',
  'Numbers that lie together': 'Des numéros qui se suivent',
  'More than usual, day after day': 'Plus que d’habitude, jour après jour',
  'More patients than usual within a day': 'Plus de patients que d’habitude en un jour',
  'More patients exported or printed than usual': 'Plus de patients exportés ou imprimés que d’habitude',
  'Many patients of closed clinics within one hour': 'De nombreux patients d’établissements fermés en une heure',
  'Many patients of closed clinics within a day': 'De nombreux patients d’établissements fermés en un jour',
  'Many patients in several clinics within ten minutes': 'De nombreux patients dans plusieurs établissements en dix minutes',
  'Many patients in several clinics within one hour': 'De nombreux patients dans plusieurs établissements en une heure',
  'Many patients in several clinics within a day': 'De nombreux patients dans plusieurs établissements en un jour',
  'Many accounts read patients from one address outside': 'De nombreux comptes lisent des patients depuis une adresse extérieure',
  'Lists of very many patients': 'Listes d’un très grand nombre de patients',
  'Lists of patients whom nobody has met': 'Listes de patients que personne n’a rencontrés',
  'Lists of patients of other clinics whom nobody has met':
    'Listes de patients d’autres établissements que personne n’a rencontrés',
  'Lists of patients are read in bulk, in Vigie': 'Des listes de patients sont lues en masse, dans Vigie',
  'Emergency access to a patient who is not in care': 'Accès en urgence à un patient qui n’est pas pris en charge',
  'Bulk read in a closed clinic': 'Lecture en masse dans un établissement fermé',
  'Bulk export, print or download': 'Export, impression ou téléchargement en masse',
  'Bulk export that names no patient': 'Export en masse qui ne nomme aucun patient',
  'Lists that name no patient show more than usual': 'Listes sans nom de patient, plus que d’habitude',
  'Break-the-glass for patients who are not in care': 'Bris de glace pour des patients qui ne sont pas pris en charge',
  'Break-the-glass for many patients within one hour': 'Bris de glace pour de nombreux patients en une heure',
  'Break-the-glass for many patients within a day': 'Bris de glace pour de nombreux patients en un jour',
  'Accounts with strange patients from one new address':
    'Des comptes chez des patients étrangers, depuis une même adresse nouvelle',
  'Accounts with strange patients from one computer of the house':
    'Des comptes chez des patients étrangers, depuis un même poste de la maison',
  'Accesses to many patients are refused': 'Des accès à de nombreux patients sont refusés',
  'Access to a record of a closed clinic, the archive included':
    'Accès à un dossier d’un établissement fermé, archives comprises',
  'Access to a record of a closed clinic at night': 'Accès à un dossier d’un établissement fermé, la nuit',
  'Access to a record of a closed clinic': 'Accès à un dossier d’un établissement fermé',
  'Access to a patient within a session': 'Accès à un patient pendant une session',
  'Access to a patient whom one other account met': 'Accès à un patient qu’un seul autre compte a rencontré',
  'Access to a patient whom nobody has met, in a list': 'Accès à un patient que personne n’a rencontré, dans une liste',
  'Access to a patient whom nobody has met, one by one': 'Accès à un patient que personne n’a rencontré, un par un',
  'Access to a patient whom nobody has met': 'Accès à un patient que personne n’a rencontré',
  'Access to a patient was refused': 'Accès refusé à un patient',
  'Access to a patient record': 'Accès au dossier d’un patient',
  'Access to a patient of other clinics whom nobody has met':
    'Accès à un patient d’autres établissements que personne n’a rencontré',
  "Access to a patient of one's own clinics whom nobody has met, but to work off old stays":
    'Accès à un patient de ses propres établissements que personne n’a rencontré, hors traitement d’anciens séjours',
  "Access to a patient of one's own clinics whom nobody has met":
    'Accès à un patient de ses propres établissements que personne n’a rencontré',
  'Access to a patient from outside the house': 'Accès à un patient depuis l’extérieur',
  'Access to a canary patient': 'Accès à un patient témoin',
  'Access in a closed clinic by somebody who is not regularly there':
    'Accès dans un établissement fermé par quelqu’un qui n’y est pas régulièrement',
  "Access in a clinic that is not one's own": 'Accès dans un établissement qui n’est pas le sien',
  "Access in a clinic that is not known to be one's own": 'Accès dans un établissement dont on ne sait pas si c’est le sien',
  'Access from a network that is new to the account and to the house':
    'Accès depuis un réseau nouveau pour le compte et pour la maison',
  'Access from a network of the house that is new to the account': 'Accès depuis un réseau de la maison nouveau pour le compte',
  'Access by break-the-glass': 'Accès par bris de glace',
  'Access by a service account': 'Accès par un compte de service',
  'A service account outside of its known address or application':
    'Un compte de service hors de son adresse ou de son application connue',
  'A service account from two addresses': 'Un compte de service depuis deux adresses',
  'A program with patients whom nobody has met, within ten minutes':
    'Un programme chez des patients que personne n’a rencontrés, en dix minutes',
  'A program with patients whom nobody has met, within a day':
    'Un programme chez des patients que personne n’a rencontrés, en un jour',
  'A program with more patients than ever within ten minutes': 'Un programme avec plus de patients que jamais en dix minutes',
  'A program with more patients than ever within a day': 'Un programme avec plus de patients que jamais en un jour',
  'A program looks at patients whom nobody has met, within a day':
    'Un programme consulte des patients que personne n’a rencontrés, en un jour',
  'A program looks at patients whom nobody has met, by day':
    'Un programme consulte des patients que personne n’a rencontrés, de jour',
  'A program looks at patients whom nobody has met, by night':
    'Un programme consulte des patients que personne n’a rencontrés, de nuit',
  'A program looks by day at a patient whom nobody has met':
    'Un programme consulte de jour un patient que personne n’a rencontré',
  'A program looks by night at a patient whom nobody has met':
    'Un programme consulte de nuit un patient que personne n’a rencontré',
  'A program looks at a patient whom nobody has met': 'Un programme consulte un patient que personne n’a rencontré',
  'A program touches a patient whom nobody has met': 'Un programme touche un patient que personne n’a rencontré',
  'A program touches a patient of a clinic that it does not serve':
    'Un programme touche un patient d’un établissement qu’il ne sert pas',
  'A program touches a patient': 'Un programme touche un patient',
  'A program in clinics that it does not serve': 'Un programme dans des établissements qu’il ne sert pas',
  'A pinned service account elsewhere': 'Un compte de service attaché à un lieu, ailleurs',
  'A page of a list of patients, in Vigie': 'Une page d’une liste de patients, dans Vigie',
  'A long list of patients of another clinic whom nobody has met':
    'Une longue liste de patients d’un autre établissement que personne n’a rencontrés',
  'A long list of patients is taken out of Vigie': 'Une longue liste de patients sort de Vigie',
  'A list shows a patient whom nobody has met': 'Une liste montre un patient que personne n’a rencontré',
  'A list shows a patient of another clinic whom nobody has met':
    'Une liste montre un patient d’un autre établissement que personne n’a rencontré',
  'A list shows a patient': 'Une liste montre un patient',
  'A list of patients leaves Vigie': 'Une liste de patients sort de Vigie',
  'A dormant account wakes up and reads widely': 'Un compte dormant se réveille et lit largement',
  'Several accounts read numbers that lie together': 'Plusieurs comptes lisent des numéros qui se suivent',
  'Long lists of patients whom nobody has met, within ten minutes':
    'De longues listes de patients que personne n’a rencontrés, en dix minutes',
  "Patients of one's own clinics whom nobody has met, beyond one's own days":
    'Patients de ses propres établissements que personne n’a rencontrés, au-delà de ses propres journées',
  "Patients of one's own clinics whom nobody has met, within a week":
    'Des patients de ses propres établissements que personne n’a rencontrés, en une semaine',
  "Access to a stranger of another clinic from one's usual place":
    'Accès, de sa place habituelle, à un inconnu d’un autre établissement',
  'Many accounts read strangers of one clinic': 'De nombreux comptes lisent des inconnus d’un même établissement',
  'Patients whom nobody has met, in two other clinics':
    'Des patients que personne n’a rencontrés, dans deux autres établissements',
  "Access from one's usual place to a patient whom nobody has met":
    'Accès, de sa place habituelle, à un patient que personne n’a rencontré',
  "Twelve patients of one clinic whom nobody has met, from one's usual place":
    'Douze patients d’un établissement que personne n’a rencontrés, de sa place habituelle',
  'Twelve patients of each of two clinics whom nobody has met':
    'Douze patients de chacun de deux établissements que personne n’a rencontrés',
  'A long list shows a patient whom nobody has met': 'Une longue liste montre un patient que personne n’a rencontré',
  'A list longer than usual shows patients whom nobody has met':
    'Une liste plus longue que d’habitude montre des patients que personne n’a rencontrés',
  'A canary patient was touched': 'Un patient témoin a été touché',
};

/** The title of a rule in a language, by the one that its file gives; undefined where it has none, and is shown as it was given. */
export function ruleTitleIn(locale: 'fr' | 'en', title: string): string | undefined {
  return locale === 'en' ? title : french[title];
}

/** Titles that have a French one. */
export const translatedRuleTitles: readonly string[] = Object.keys(french);
