import { hasAmounts, isMeeting, kindOfRule } from '../../rule/rule-kinds.js';
import { isMonotone } from '../../rule/rule.js';
import type { CountCondition, Input, Rule } from '../../rule/rule.js';
import { namesOf } from './names-of.js';
import { forwardMsOf, type Meeting } from '../../rule/meeting.js';

const nouns: Readonly<Record<string, readonly [string, string]>> = {
  patient_id: ['patient', 'patients'],
  clinic_id: ['établissement', 'établissements'],
  event_id: ['événement', 'événements'],
  actor_id: ['compte', 'comptes'],
  session_id: ['session', 'sessions'],
  source_ip: ['adresse', 'adresses'],
  application: ['application', 'applications'],
  id_block: ['bloc de numéros', 'blocs de numéros'],
};

/** Of these nouns, and of `valeurs` and `combinaisons`. */
const feminine: ReadonlySet<string> = new Set(['session_id', 'source_ip', 'application']);

const subjects: Readonly<Record<Rule['subject'], string>> = {
  account: 'un compte',
  source_ip: 'une adresse, tous comptes qui en viennent réunis,',
  device: 'un poste, tous comptes qui s’en servent réunis,',
  session_id: 'une session, tous comptes qui la partagent réunis,',
  id_block: 'un bloc de cent numéros, tous comptes qui y lisent réunis,',
  clinic_id: 'un établissement, tous comptes qui y lisent réunis,',
};

const levels = {
  informational: 'pour information',
  low: 'de niveau faible',
  medium: 'de niveau moyen',
  high: 'de niveau élevé',
  critical: 'critique',
} as const;

/** The title of a rule in French, as it was given where there is none. */
export type TitleOf = (title: string) => string;

/** What a rule means, in a few sentences of plain French: the same as `explainRule` but for its exceptions, which people wrote. */
export function explainRuleInFrench(rule: Rule, titleOf: TitleOf): string {
  const raises = rule.raises ? `Ouvre un incident ${levels[rule.level]}` : 'N’ouvre rien elle-même, et est remplie';
  const again = rule.steps.length > 0 && rule.raises ? `, et le redit à ${rule.steps.map(number).join(', ')} patients` : '';
  const does = rule.isAlone
    ? aloneOf(rule, titleOf)
    : isMeeting(rule.type)
      ? meetingOf(rule, titleOf)
      : hasAmounts(rule.type)
        ? amountOf(rule)
        : countOf(rule, titleOf);
  return [
    `${raises} quand ${subjects[rule.subject]} ${does}${again}.`,
    ...countedOf(rule, titleOf),
    ...aliasesOf(rule, titleOf),
    ...conditionsOf(rule),
  ].join(' ');
}

function aloneOf({ inputs }: Rule, titleOf: TitleOf): string {
  return `fait ${inOrder(inputs, titleOf, 'ou')}, et y réunit ce qui suit avant le temps de calme`;
}

function countOf(rule: Rule, titleOf: TitleOf): string {
  const { condition, field, type, inputs } = rule;
  const isOne = condition.atLeast === 1 && (condition.atMost === 1 || isMonotone(rule));
  const isOfRows = inputs.every(({ kind }) => kind === 'rows');
  const things =
    type === 'event_count'
      ? isOfRows
        ? isOne
          ? 'événement'
          : 'événements'
        : 'fois'
      : `${noun(field, isOne ? 1 : 2)} ${different(field, isOne ? 1 : 2)}`;
  const over = isOfRows ? '' : ` parmi ${inOrder(inputs, titleOf, 'et')}`;
  return `atteint ${range(condition)} ${things}${over}${spreadOf(rule)} en ${span(rule.timespanMs)}${apartOf(rule)}`;
}

function amountOf(rule: Rule): string {
  const { field, type, percentile, condition, timespanMs } = rule;
  const [name = ''] = field;
  const figure = {
    sum: `dont ${name} fait ${range(condition)} en tout`,
    average: `dont ${name} est en moyenne ${range(condition)}`,
    percentile:
      type === 'value_median'
        ? `dont la médiane de ${name} est ${range(condition)}`
        : `dont ${name} est ${range(condition)} au centile ${percentile}`,
    distinct: '',
    chain: '',
  };
  return `a des événements ${figure[kindOfRule(type).measure]}${spreadOf(rule)} en ${span(timespanMs)}${apartOf(rule)}`;
}

function meetingOf(rule: Rule, titleOf: TitleOf): string {
  const { inputs, condition, timespanMs, type, meeting } = rule;
  const within = `en ${span(timespanMs)}${apartOf(rule)}${spreadOf(rule)}`;
  if (type === 'temporal_ordered')
    return `remplit, ${within}, dans cet ordre : ${inputs.map((one) => inputOf(one, titleOf)).join(', puis ')}`;
  if (meeting) return `remplit, ${within}, ${meetingText(meeting, inputs, titleOf)}`;
  const how = condition.atLeast === inputs.length ? 'tout ce qui suit' : `au moins ${number(condition.atLeast)} de ce qui suit`;
  return `remplit, ${within}, ${how} : ${inOrder(inputs, titleOf, 'et')}`;
}

function meetingText(meeting: Meeting, inputs: readonly Input[], titleOf: TitleOf): string {
  if ('input' in meeting) {
    const input = inputs[meeting.input];
    return `${meeting.op === 'unmet' ? 'sans ' : ''}${input ? inputOf(input, titleOf) : ''}`;
  }
  const parts = meeting.of.map((one) =>
    'input' in one ? meetingText(one, inputs, titleOf) : `(${meetingText(one, inputs, titleOf)})`,
  );
  return parts.join(meeting.op === 'and' ? ' et ' : ' ou ');
}

function number(value: number): string {
  return value.toLocaleString('fr');
}

function range({ atLeast, atMost, except, above, below }: CountCondition): string {
  const but = except === undefined ? '' : ` (mais pas ${number(except)})`;
  const from = `${above ? 'plus de' : 'au moins'} ${number(atLeast)}`;
  if (atMost === Number.POSITIVE_INFINITY) return `${from}${but}`;
  if (atLeast === atMost) return `exactement ${number(atLeast)}`;
  const to = `${below ? 'moins de' : 'au plus'} ${number(atMost)}`;
  if (atLeast === 0 && !above) return `${to}${but}`;
  return above || below ? `${from} et ${to}${but}` : `${number(atLeast)} à ${number(atMost)}${but}`;
}

function inOrder(inputs: readonly Input[], titleOf: TitleOf, word: 'et' | 'ou'): string {
  const all = inputs.map((one) => inputOf(one, titleOf));
  return all.length < 2 ? all.join('') : `${all.slice(0, -1).join(', ')} ${word} ${all.at(-1)}`;
}

function inputOf(input: Input, titleOf: TitleOf): string {
  if (input.kind !== 'rows') return quoted(titleOf(input.rule.title));
  return (input.titles ?? []).map((title) => quoted(titleOf(title))).join(' ou ') || 'un accès';
}

function quoted(text: string): string {
  return `«\u00a0${text}\u00a0»`;
}

function spreadOf({ spread }: Rule): string {
  if (!spread) return '';
  const [fields, preposition] = [[spread.field], spread.field === 'clinic_id' ? 'dans' : 'et'];
  return ` ${preposition} au moins ${number(spread.atLeast)} ${noun(fields, spread.atLeast)} ${different(fields, spread.atLeast)}`;
}

function apartOf({ by }: Rule): string {
  return by.length > 0 ? `, compté à part pour chaque ${by.map((name) => nouns[name]?.[0] ?? name).join(' et ')}` : '';
}

function countedOf({ type, inputs, isAlone }: Rule, titleOf: TitleOf): readonly string[] {
  if (isAlone || isMeeting(type) || inputs.some(({ kind }) => kind !== 'rows')) return [];
  const titles = inputs.flatMap((input) => (input.kind === 'rows' ? (input.titles ?? []) : []));
  return titles.length === 0 ? [] : [`Ce qui compte : ${titles.map((title) => quoted(titleOf(title))).join(' ou ')}.`];
}

/** What a name that is no field stands for in each input. */
function aliasesOf(rule: Rule, titleOf: TitleOf): readonly string[] {
  return namesOf(rule).map(({ name, fields }) => {
    const all = rule.inputs.map((input, at) => `${fields[at]} pour ${inputOf(input, titleOf)}`);
    return `Ici, ${name} est ${all.slice(0, -1).join(', ')}${all.length > 1 ? ' et ' : ''}${all.at(-1)}.`;
  });
}

function conditionsOf(rule: Rule): readonly string[] {
  const { type, dormantMs, allowedLatenessMs, timespanMs, field, meeting } = rule;
  const sentences: string[] = [];
  if (hasAmounts(type))
    sentences.push(`Un événement compte une fois avec son ${field.join('')}, quel que soit le nombre de patients.`);
  if (dormantMs !== undefined)
    sentences.push(
      `Seulement dans les ${span(timespanMs)} qui suivent un réveil après au moins ${span(dormantMs)} sans un tel accès.`,
    );
  if (rule.habit?.scale === 'own')
    sentences.push(
      'Au-delà de ce plancher, seulement ce qui dépasse de loin ses propres journées, à la mesure de leur dispersion, ce dont les jours d’avant les ont dépassées compris. Tant que deux de ses journées ne sont pas connues, elle n’est jamais remplie.',
    );
  else if (rule.habit?.excuses)
    sentences.push(
      'De qui est connu pour ce travail, par une journée que quelqu’un a jugée honnête, seulement ce qui dépasse cette journée de moitié, et ce qu’il atteint d’habitude en un jour, lui et ses pairs. Quand un cinquième d’un métier a été jugé honnête, les autres de ce métier de même. De tout autre, et tant que rien n’en est connu, dès ce nombre.',
    );
  else if (rule.habit)
    sentences.push(
      'Au-delà de ce plancher, seulement ce qui dépasse ce qu’il atteint d’habitude en un jour, lui et ses pairs. Tant que rien n’en est connu, elle n’est jamais remplie.',
    );
  if (rule.habit?.own !== undefined)
    sentences.push('Aussi quand le jour dépasse de loin ses propres journées pleines, à la mesure de leur dispersion.');
  if (rule.habit?.programs)
    sentences.push(
      'Qui est compté ici est tenu pour un programme et comparé à ses propres journées, quoi que la source en dise.',
    );
  if (rule.habitDays === true)
    sentences.push(
      'Seulement quand tous les comptes du jour, avec ceux des jours d’avant, dépassent ce que le hasard fait de l’habitude. Tant que rien n’en est connu, elle n’est jamais remplie.',
    );
  if (forwardMsOf(rule) > 0)
    sentences.push(
      `Ce qui ne doit pas arriver ne doit pas arriver ${span(timespanMs)} avant ni après : elle est donc jugée une fois ce temps passé.`,
    );
  else if (meeting || !isMonotone(rule)) sentences.push('Elle est jugée une fois arrivés les accès qui peuvent encore venir.');
  if (allowedLatenessMs !== undefined)
    sentences.push(`Les accès qui arrivent avec un retard de ${span(allowedLatenessMs)} au plus sont attendus.`);
  return sentences;
}

function noun(fields: readonly string[], count: number): string {
  if (fields.length > 1) return `${count === 1 ? 'combinaison' : 'combinaisons'} de ${fields.join(' et ')}`;
  const [field = ''] = fields;
  return nouns[field]?.[count === 1 ? 0 : 1] ?? `${count === 1 ? 'valeur' : 'valeurs'} de ${field}`;
}

function different(fields: readonly string[], count: number): string {
  const [field = ''] = fields;
  const isFeminine = fields.length > 1 || !nouns[field] || feminine.has(field);
  return `différent${isFeminine ? 'e' : ''}${count === 1 ? '' : 's'}`;
}

const units = [
  [86_400_000, 'j'],
  [3_600_000, 'h'],
  [60_000, 'min'],
  [1_000, 's'],
] as const;

/** `10 min`, in the largest unit that divides it; a day is said as 24 hours, since the window slides. */
function span(ms: number): string {
  if (ms === 86_400_000) return '24 h';
  const [unitMs, unit] = units.find(([one]) => ms % one === 0) ?? [1_000, 's'];
  return `${number(ms / unitMs)} ${unit}`;
}
