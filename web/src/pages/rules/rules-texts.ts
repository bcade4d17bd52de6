import type { Format } from '../../texts/format.js';
import { ownTexts } from '../../texts/own.js';

function fr(f: Format) {
  const count = (n: number, one: string, other: string) => `${f.number(n)} ${f.plural(n, one, other)}`;
  const share = (part: number, whole: number) => `${f.number(Math.round((100 * part) / whole))} %`;
  return {
    title: 'Règles',
    heading: (rules: number, judged: number, wrong: number) => (judged === 0 ? `${count(rules, 'règle veille', 'règles veillent')} ; aucun de leurs cas n’est jugé.` : `${count(rules, 'règle veille', 'règles veillent')} ; sur ${count(judged, 'jugement', 'jugements')} de leurs cas, ${f.number(wrong)} ${f.plural(wrong, 'dit', 'disent')} « fausse alerte » (${share(wrong, judged)}).`),
    headingPart: (rules: number) => `${count(rules, 'règle veille', 'règles veillent')}.`,
    hint: 'Un cas que plusieurs règles ont ouvert compte pour chacune.',
    caption: (n: number, since: string | null) => `${count(n, 'règle', 'règles')}${since === null ? '' : `, et leurs cas depuis le ${f.day(since)}`}, d’abord celles qui se trompent le plus`,
    rule: 'Règle', level: 'Niveau', threshold: 'Seuil', cases: 'Cas', wasTrue: 'Avérés', authorised: 'Autorisés', wrong: 'Fausses alertes', open: 'Non jugés', exceptions: 'Exceptions',
    within: (threshold: number, span: string) => `${f.number(threshold)} en ${span}`,
    share, noShare: '–',
    means: 'Ce qu’elle signale', description: 'Pourquoi elle existe', often: 'Fausses alertes connues', runbook: 'Que faire', runbookPage: 'Ouvrir la fiche réflexe', steps: 'Paliers', attack: 'ATT&CK', spread: 'Étendue', atFiring: 'Patients au seuil (médiane)',
    weeks: 'Ce que les gens en ont trouvé, semaine par semaine', weeksCaption: (n: number) => count(n, 'semaine', 'semaines'), week: 'Semaine du', noWeeks: 'Aucun cas depuis douze semaines.',
    exceptionTitle: 'Exceptions', noException: 'Aucune exception ne porte sur cette règle.', until: (at: string) => `jusqu’au ${at}`, over: (at: string) => `finie depuis le ${at}`, own: 'Ce que disent les exceptions, et les cas, ne sont montrés qu’à qui voit tous les établissements.',
    yaml: 'Le texte de la règle',
    all: 'Toutes les règles',
    try: 'Essayer un changement', tryHint: 'L’essai porte sur une copie : rien ne change dans les règles en service. Le résultat est un texte à relire et à enregistrer vous-même.',
    mayNot: 'Les essais sont réservés aux analystes et aux délégués à la protection des données qui voient tous les établissements.',
    thresholdField: 'Seuil', spreadField: 'Étendue demandée', timespanField: 'Durée (10m, 1h, 7d)', fromField: 'Du', toField: 'Au (exclu)', begin: 'Essayer sur cette période',
    exceptionLegend: 'Ajouter une exception', group: 'Groupe', actors: 'Comptes, un par ligne', expires: 'Fin', owner: 'Qui en répond', reason: 'Raison',
    busy: 'Cette console fait déjà un essai : attendez qu’il finisse.', refused: (why: string) => `L’essai est refusé : ${why}`,
    earlier: 'Essais de cette console', earlierCaption: (n: number) => `${count(n, 'essai', 'essais')}, le plus récent d’abord`, states: { runs: 'en cours', failed: 'échoué', done: 'fini' }, by: 'Par', when: 'Lancé', period: 'Période', state: 'État',
    running: (title: string) => `L’essai de « ${title} » est en cours.`, runningHint: 'Il relit les accès de la période ; cela peut prendre des minutes. La page se met à jour.',
    failed: (title: string) => `L’essai de « ${title} » a échoué.`,
    found: (gone: number, lost: number, fresh: number) => `Avec ce changement, ${count(gone, 'incident ne serait plus signalé', 'incidents ne seraient plus signalés')}${lost > 0 ? `, dont ${count(lost, 'avéré', 'avérés')}` : gone > 0 ? ', aucun d’avéré' : ''}, et ${count(fresh, 'nouveau le serait', 'nouveaux le seraient')}.`,
    lostNotice: (lost: number) => `${count(lost, 'incident avéré serait perdu', 'incidents avérés seraient perdus')} : ce changement cache un vrai vol.`,
    summary: (rows: number, seconds: number, same: number, earlier: number, later: number) => `${count(rows, 'accès relu', 'accès relus')} en ${f.span(seconds * 1_000)} ; ${count(same, 'incident signalé des deux façons', 'incidents signalés des deux façons')}, ${f.number(earlier)} plus tôt, ${f.number(later)} plus tard.`,
    incidentsCaption: (n: number) => `${count(n, 'incident comparé', 'incidents comparés')}, d’abord les avérés qui seraient perdus`,
    account: 'Compte', what: 'Effet', present: 'Patients, règles d’aujourd’hui', tried: 'Patients, avec le changement', case: 'Cas', verdict: 'Verdict', noCase: 'aucun',
    kinds: { gone: 'ne serait plus signalé', new: 'serait nouveau', same: 'signalé aussi' }, lost: 'AVÉRÉ, PERDU', sooner: (span: string) => `${span} plus tôt`, later: (span: string) => `${span} plus tard`,
    change: 'Ce qui a été changé dans la copie', result: 'Le texte à enregistrer', resultHint: (file: string) => `À mettre à la place du document dans ${file}, après relecture, par le chemin habituel (revue, contrôle, enregistrement). Rien n’a été changé ici.`, addHint: 'À mettre dans un nouveau fichier à côté des règles, après relecture. Rien n’a été changé ici.',
    nothingLost: 'Aucun incident n’a été trouvé dans la période.',
  };
} // prettier-ignore

function en(f: Format): ReturnType<typeof fr> {
  const count = (n: number, one: string, other: string) => `${f.number(n)} ${f.plural(n, one, other)}`;
  const share = (part: number, whole: number) => `${f.number(Math.round((100 * part) / whole))}%`;
  return {
    title: 'Rules',
    heading: (rules, judged, wrong) => (judged === 0 ? `${count(rules, 'rule watches', 'rules watch')}; none of their cases is judged.` : `${count(rules, 'rule watches', 'rules watch')}; of ${count(judged, 'judgement', 'judgements')} of their cases, ${f.number(wrong)} ${f.plural(wrong, 'says', 'say')} “false alarm” (${share(wrong, judged)}).`),
    headingPart: (rules) => `${count(rules, 'rule watches', 'rules watch')}.`,
    hint: 'A case that several rules opened counts for each.',
    caption: (n, since) => `${count(n, 'rule', 'rules')}${since === null ? '' : `, and their cases since ${f.day(since)}`}, those that are wrong most first`,
    rule: 'Rule', level: 'Level', threshold: 'Threshold', cases: 'Cases', wasTrue: 'True', authorised: 'Authorised', wrong: 'False alarms', open: 'Not judged', exceptions: 'Exceptions',
    within: (threshold, span) => `${f.number(threshold)} in ${span}`,
    share, noShare: '–',
    means: 'What it tells of', description: 'Why it is there', often: 'Known false alarms', runbook: 'What to do', runbookPage: 'Open the runbook', steps: 'Steps', attack: 'ATT&CK', spread: 'Spread', atFiring: 'Patients at the threshold (median)',
    weeks: 'What people found of it, week by week', weeksCaption: (n) => count(n, 'week', 'weeks'), week: 'Week of', noWeeks: 'No case in twelve weeks.',
    exceptionTitle: 'Exceptions', noException: 'No exception is for this rule.', until: (at) => `until ${at}`, over: (at) => `over since ${at}`, own: 'What exceptions say, and cases, are shown to whoever sees all clinics.',
    yaml: 'The text of the rule',
    all: 'All rules',
    try: 'Try a change', tryHint: 'It is tried on a copy: nothing of the rules in use changes. The result is a text for you to read over and commit.',
    mayNot: 'Backtests are for analysts and data-protection officers who see all clinics.',
    thresholdField: 'Threshold', spreadField: 'Spread that is needed', timespanField: 'Timespan (10m, 1h, 7d)', fromField: 'From', toField: 'To (not included)', begin: 'Try on this period',
    exceptionLegend: 'Add an exception', group: 'Group', actors: 'Accounts, one a line', expires: 'End', owner: 'Who answers for it', reason: 'Reason',
    busy: 'This console runs a backtest already: wait until it has ended.', refused: (why) => `The backtest is refused: ${why}`,
    earlier: 'Backtests of this console', earlierCaption: (n) => `${count(n, 'backtest', 'backtests')}, the newest first`, states: { runs: 'runs', failed: 'failed', done: 'done' }, by: 'By', when: 'Begun', period: 'Period', state: 'State',
    running: (title) => `The backtest of “${title}” is running.`, runningHint: 'It reads the accesses of the period again, which may take minutes. The page follows by itself.',
    failed: (title) => `The backtest of “${title}” has failed.`,
    found: (gone, lost, fresh) => `With this change, ${count(gone, 'incident would no longer be told', 'incidents would no longer be told')}${lost > 0 ? `, ${f.number(lost)} of them true` : gone > 0 ? ', none of them true' : ''}, and ${count(fresh, 'new one would be', 'new ones would be')}.`,
    lostNotice: (lost) => `${count(lost, 'true incident would be lost', 'true incidents would be lost')}: this change hides a real theft.`,
    summary: (rows, seconds, same, earlier, later) => `${count(rows, 'access', 'accesses')} read in ${f.span(seconds * 1_000)}; ${count(same, 'incident is told both ways', 'incidents are told both ways')}, ${f.number(earlier)} earlier, ${f.number(later)} later.`,
    incidentsCaption: (n) => `${count(n, 'incident', 'incidents')} compared, true ones that would be lost first`,
    account: 'Account', what: 'Effect', present: 'Patients, rules of today', tried: 'Patients, with the change', case: 'Case', verdict: 'Verdict', noCase: 'none',
    kinds: { gone: 'would no longer be told', new: 'would be new', same: 'told as well' }, lost: 'TRUE, LOST', sooner: (span) => `${span} earlier`, later: (span) => `${span} later`,
    change: 'What was changed in the copy', result: 'The text to commit', resultHint: (file) => `To put in the place of the document in ${file}, once it is read over, by the usual way (review, check, commit). Nothing has been changed here.`, addHint: 'To put into a new file beside the rules, once it is read over. Nothing has been changed here.',
    nothingLost: 'No incident was found in the period.',
  };
} // prettier-ignore

export const rulesTexts = ownTexts({ fr, en });
