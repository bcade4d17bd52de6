import { actions, type Action, categories, type Category, type Outcome } from '#libs/contracts/vocabulary.js';
import { remembered } from '#libs/runtime/remembered.js';
import { categoryOf } from '../fhir/categories.js';

type Words<Word extends string> = Readonly<Partial<Record<Word, string>>>;

/**
 * What systems call what was done, in English and French, as beginnings of words, or as whole words with a stop behind. The order decides where one text holds several: whatever
 * takes data out goes before looking at it, and signing in last (`login-report-export` is an export).
 */
const actionWords: Words<Action> = {
  export: 'export extract disclos dump transmi',
  print: 'print impress imprim edition.',
  download: 'download telecharg save-as',
  delete: 'delet remov suppr destroy purge erase effac',
  search: 'search quer recherch find lookup',
  list: 'list. listed. listing. liste. browse enumerat',
  create: 'creat insert add. added. adding. ajout import upload write. written. writing. ecrit saisie new. nouv store. stored.',
  update: 'updat modif edit. edited. editing. chang replac patch merg fusion alter. altered.',
  read: 'read vread histor view access consult select get. open. opened. display show. shown. lectur lire. lu. vu. vue. acces ouvert affich visual retriev fetch',
  logout: 'logout logoff sign-out sign-off deconnex session-end disconnect',
  login: 'login logon sign-in authenticat connex session-start connect',
};

const beginnings = (Object.keys(actionWords) as readonly (keyof typeof actionWords)[]).map(
  (action) => [action, new RegExp(`(?:^|-)(?:${stems(actionWords[action] ?? '')})`)] as const,
);

function stems(list: string): string {
  return list
    .split(' ')
    .map((stem) => (stem.endsWith('.') ? `${stem.slice(0, -1)}(?:-|$)` : stem))
    .join('|');
}

const outcomeWords: ReadonlyMap<string, Outcome> = new Map([
  ...words('success', 'success succeeded successful succes ok true yes oui allowed allow granted accept accepted passed reussi 0 1 2'),
  ...words('failure', 'failure failed fail error denied deny refused refuse rejected reject blocked false no non echec refuse forbidden unauthorized 4 8 12'),
]); // prettier-ignore

const categoryWords: ReadonlyMap<string, Category> = new Map([
  ...words<Category>('identity', 'patient identite administrative demographics demographic'),
  ...words<Category>('prescription', 'medication medications prescriptions ordonnance ordonnances traitement'),
  ...words<Category>('insurance', 'mutuelle coverage claim claims assurance'),
  ...words<Category>('notes', 'note document documents courrier compte-rendu observation-medicale pnotes forms'),
  ...words<Category>('lab', 'laboratory labo laboratoire biologie lab-results lab-order observation'),
  ...words<Category>('imaging', 'image images imagerie radiology study'),
  ...words<Category>('scheduling', 'appointment appointments rendez-vous agenda planning encounter sejour'),
  ...words<Category>('clinical', 'medical-record dossier dossier-medical condition procedure vitals'),
  ...words<Category>('billing', 'bill invoice facture facturation payments payment'),
]);

/** The action that a word of a system means: one of Vigie's, or what it begins with; undefined when nobody knows it. */
export const actionOfWord = remembered((text: string): Action | undefined => {
  const plain = plainWord(text);
  return actions.find((action) => action === plain) ?? beginnings.find(([, pattern]) => pattern.test(plain))?.[0];
});

/** A usual word of success or failure, or the status of an HTTP answer. */
export function outcomeOfWord(text: string): Outcome {
  const plain = plainWord(text);
  if (/^[1-5]\d\d$/.test(plain)) return plain < '400' ? 'success' : 'failure';
  return outcomeWords.get(plain) ?? 'unknown';
}

/** The category that a word means: one of Vigie's, a resource type of FHIR, or a usual name. */
export function categoryOfWord(text: string): Category | undefined {
  const plain = plainWord(text);
  return categories.find((category) => category === plain) ?? categoryOf(text.trim()) ?? categoryWords.get(plain);
}

/** True or false as databases and people write it; undefined for anything else. */
export function truthOfWord(text: string): boolean | undefined {
  const plain = plainWord(text);
  if (['true', '1', 'yes', 'oui', 'y', 'o', 't', 'vrai'].includes(plain)) return true;
  return ['false', '0', 'no', 'non', 'n', 'f', 'faux'].includes(plain) ? false : undefined;
}

/** In lower case, without accents, words joined by hyphens; of a long text the beginning. */
const plainWord = remembered((text: string): string => {
  const begin = text.slice(0, 200).normalize('NFD').replaceAll(/\p{M}/gu, '');
  const split = begin
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1-$2')
    .replaceAll(/([A-Z])([A-Z][a-z])/g, '$1-$2')
    .toLowerCase();
  return split.replaceAll(/[^a-z0-9]+/g, '-').replaceAll(/^-|-$/g, '');
});

function words<Word extends string>(word: Word, list: string): readonly (readonly [string, Word])[] {
  return list.split(' ').map((one) => [one, word] as const);
}
