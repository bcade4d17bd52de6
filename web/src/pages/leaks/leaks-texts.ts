import type { Format } from '../../texts/format.js';
import { ownTexts } from '../../texts/own.js';

function fr(f: Format) {
  const count = (n: number, one: string, other: string) => `${f.number(n)} ${f.plural(n, one, other)}`;
  const share = (part: number) => `${f.number(Math.round(100 * part))} %`;
  return {
    title: 'Origine d’une fuite',
    question: 'Quel compte a pris cet échantillon ?',
    intro:
      'Donnez des pseudonymes trouvés hors de l’hôpital : Vigie les compare à ce que chaque compte a ouvert dans la période. Jamais d’identités de patients : le fichier est lu ici, et refusé s’il contient autre chose que des pseudonymes.',
    mayNot:
      'Cette recherche compare les accès de tous : elle est réservée aux délégués à la protection des données qui voient tous les établissements.',
    file: 'Fichier de pseudonymes, un par ligne',
    group: 'Groupe',
    from: 'Accès du',
    to: 'Au (exclu)',
    name: 'Nom de la fuite (facultatif)',
    ask: 'Chercher',
    asking: 'Recherche en cours : les échantillons de contrôle demandent du temps.',
    refusedFile: (line: number) =>
      `Ligne ${f.number(line)} : ce n’est pas un pseudonyme (32 chiffres hexadécimaux). Rien n’a été envoyé. Pour des identités : « vigie pseudonymise » là où se trouve la clé, puis le fichier qui en sort.`,
    emptyFile: 'Ce fichier est vide. Rien n’a été envoyé.',
    tooMany: (most: number) =>
      `Plus de ${f.number(most)} pseudonymes : un échantillon plus petit dit autant. Rien n’a été envoyé.`,
    verdicts: {
      named: (best: string, matched: number, touched: number) =>
        `${best} a ouvert ${f.number(matched)} des ${f.number(touched)} patients de l’échantillon que quelqu’un a ouverts.`,
      nobody: () => 'Aucun compte ne se détache : l’échantillon ressemble à un tirage au hasard.',
      too_small: () => 'L’échantillon est trop petit pour désigner un compte.',
      unopened: () => 'Personne n’a ouvert un seul de ces patients dans la période.',
    },
    controls: (named: number, samples: number) =>
      samples === 0
        ? 'Aucun échantillon de contrôle n’a pu être tiré.'
        : `Contrôle : sur ${count(samples, 'échantillon tiré', 'échantillons tirés')} au hasard, ${f.number(named)} ${f.plural(named, 'aurait désigné', 'auraient désigné')} quelqu’un à tort.`,
    figures: (given: number, known: number, touched: number, accounts: number) =>
      `${count(given, 'pseudonyme donné', 'pseudonymes donnés')}, ${f.number(known)} connus de Vigie, ${f.number(touched)} ouverts dans la période ; ${count(accounts, 'compte comparé', 'comptes comparés')}.`,
    unexplained: (part: number) => `Part de l’échantillon qu’aucun compte désigné n’explique : ${share(part)}.`,
    smallest: (n: number) => `Il aurait fallu au moins ${f.number(n)} patients.`,
    findings: 'Comptes désignés',
    doubtful: 'Comptes qui ne se détachent pas assez',
    caption: (n: number) => `${count(n, 'ligne', 'lignes')}, la plus forte d’abord`,
    rank: 'Rang',
    account: 'Compte',
    kind: 'Quand',
    matched: 'De l’échantillon',
    size: 'Ouverts en tout',
    share: 'Part',
    support: 'Force',
    alike: 'Aussi plausibles',
    shareOf: share,
    kinds: { period: 'toute la période', day: 'un jour', incident: 'un incident', export: 'un export' } as Readonly<
      Record<string, string>
    >,
    supports: {
      weak: 'faible',
      moderate: 'modérée',
      'moderately strong': 'assez forte',
      strong: 'forte',
      'very strong': 'très forte',
      'extremely strong': 'extrêmement forte',
    } as Readonly<Record<string, string>>,
    exports: (n: number) =>
      `${count(n, 'export sans nom de patient a', 'exports sans nom de patient ont')} à peu près cette taille`,
    exportHeads: { at: 'Quand', account: 'Compte', action: 'Action', records: 'Dossiers' },
    caveat:
      'Ceci porte sur les comptes dans Vigie, comparés à un tirage au hasard de patients ouverts ; cela ne dit pas qui était devant l’écran.',
    past: 'Recherches passées',
    noPast: 'Aucune recherche n’a encore été faite.',
    pastCaption: (n: number) => `${count(n, 'recherche', 'recherches')}, la plus récente d’abord`,
    when: 'Fuite',
    outcome: 'Résultat',
    period: 'Période',
    wrongly: 'Contrôles à tort',
    by: 'Demandé par',
    partOf: (part: number, whole: number) => `${f.number(part)} / ${f.number(whole)}`,
    askedAt: (title: string, at: string, by: string) =>
      `${title && `« ${title} », `}recherche de ${by}, ${at}. Ce qui ne se détachait pas assez, et les exports de cette taille, n’ont pas été gardés.`,
    allLeaks: 'Toutes les recherches',
    kept: (id: string) => `La recherche est gardée sous le numéro ${id} (vigie.leaks), et inscrite au journal des consultations.`,
  };
}

function en(f: Format): ReturnType<typeof fr> {
  const count = (n: number, one: string, other: string) => `${f.number(n)} ${f.plural(n, one, other)}`;
  const share = (part: number) => `${f.number(Math.round(100 * part))}%`;
  return {
    title: 'Leaks',
    question: 'Which account took this sample?',
    intro:
      'Give pseudonyms that were found outside of the hospital: Vigie compares them with what each account opened in the period. Never identities of patients: the file is read here, and refused where it holds anything but pseudonyms.',
    mayNot: 'A sample is compared with what everybody opened: that is for data-protection officers who see all clinics.',
    file: 'File of pseudonyms, one a line',
    group: 'Group',
    from: 'Accesses from',
    to: 'To (not included)',
    name: 'Name of the leak (optional)',
    ask: 'Compare',
    asking: 'Comparing: control samples take their time.',
    refusedFile: (line) =>
      `Line ${f.number(line)}: this is no pseudonym (32 hexadecimal digits). Nothing was sent. For identities: “vigie pseudonymise” where the key is, then the file that it writes.`,
    emptyFile: 'This file is empty. Nothing was sent.',
    tooMany: (most) => `More than ${f.number(most)} pseudonyms: a smaller sample says as much. Nothing was sent.`,
    verdicts: {
      named: (best, matched, touched) =>
        `${best} opened ${f.number(matched)} of the ${f.number(touched)} patients of the sample that anybody opened.`,
      nobody: () => 'No account stands out: the sample is like a random draw.',
      too_small: () => 'The sample is too small to name an account.',
      unopened: () => 'Nobody opened a single one of these patients in the period.',
    },
    controls: (named, samples) =>
      samples === 0
        ? 'No control sample could be drawn.'
        : `Control: of ${count(samples, 'sample', 'samples')} drawn at random, ${f.number(named)} would have named somebody wrongly.`,
    figures: (given, known, touched, accounts) =>
      `${count(given, 'pseudonym', 'pseudonyms')} given, ${f.number(known)} known to Vigie, ${f.number(touched)} opened in the period; ${count(accounts, 'account', 'accounts')} compared.`,
    unexplained: (part) => `Share of the sample that no named account explains: ${share(part)}.`,
    smallest: (n) => `At least ${f.number(n)} patients would have been needed.`,
    findings: 'Accounts that are named',
    doubtful: 'Accounts that do not stand out enough',
    caption: (n) => `${count(n, 'line', 'lines')}, the strongest first`,
    rank: 'Rank',
    account: 'Account',
    kind: 'When',
    matched: 'Of the sample',
    size: 'Opened in all',
    share: 'Share',
    support: 'Support',
    alike: 'As plausible',
    shareOf: share,
    kinds: { period: 'the whole period', day: 'one day', incident: 'one incident', export: 'one export' },
    supports: {
      weak: 'weak',
      moderate: 'moderate',
      'moderately strong': 'moderately strong',
      strong: 'strong',
      'very strong': 'very strong',
      'extremely strong': 'extremely strong',
    },
    exports: (n) => `${count(n, 'export that names no patient is', 'exports that name no patient are')} about this size`,
    exportHeads: { at: 'When', account: 'Account', action: 'Action', records: 'Records' },
    caveat:
      'This is about the accounts in Vigie, against a random draw from opened patients; it says nothing about who sat behind the account.',
    past: 'Earlier comparisons',
    noPast: 'Nothing has been compared yet.',
    pastCaption: (n) => `${count(n, 'comparison', 'comparisons')}, the newest first`,
    when: 'Leak',
    outcome: 'Result',
    period: 'Period',
    wrongly: 'Controls named wrongly',
    by: 'Asked by',
    partOf: (part, whole) => `${f.number(part)} / ${f.number(whole)}`,
    askedAt: (title, at, by) =>
      `${title && `“${title}”, `}asked by ${by}, ${at}. What did not stand out enough, and exports of its size, were not kept.`,
    allLeaks: 'All comparisons',
    kept: (id) => `The question is kept under the number ${id} (vigie.leaks), and written down in the audit.`,
  };
}

export const leaksTexts = ownTexts({ fr, en });
