import { type Attribution, caveat, type Finding, type LeakQuestion } from '#libs/attribution/leak.js';
import { isoOf } from '#libs/runtime/clock.js';
import { count } from '../figures.js';
import { alignedRows } from '../table.js';

/** Of control samples: with more names than this, a name means little. */
const controlShareMax = 0.01;

/** For a person: what was compared, who is named and when it was taken, what random samples would have named, and what all of it does not say. */
export function attributionText(found: Attribution, question: Omit<LeakQuestion, 'patients'>): string {
  const { findings, exports } = found;
  const accounts = findings.filter(({ kind }) => kind === 'period');
  const moments = findings.filter(({ kind }) => kind !== 'period');
  return [
    ...headOf(found, question),
    '',
    ...verdictOf(found),
    ...(accounts.length > 0 ? ['', ...accountsTable(accounts)] : []),
    ...(moments.length > 0 ? ['', 'When it was taken:', ...momentsTable(moments)] : []),
    ...(found.touched > 0 ? ['', ...controlsOf(found)] : []),
    ...(exports.length > 0 ? ['', ...exportsTable(found)] : []),
    '',
    caveat,
    '',
  ].join('\n');
}

function headOf(
  { leakId, given, known, touched, accounts, patients }: Attribution,
  { groupId, title, fromMs, toMs }: Omit<LeakQuestion, 'patients'>,
): readonly string[] {
  const unopened = given - touched;
  return [
    `Leak ${leakId}${title ? ` (${title})` : ''}: ${groupId}, accesses from ${clock(fromMs)} to ${clock(toMs)}`,
    `${count(given)} patients were given, and ${count(known)} of them are known. ${count(touched)} were opened in the period.`,
    ...(unopened > 0 ? [`${count(unopened)} of ${count(given)} were opened by nobody: not explained by these accesses.`] : []),
    `Compared were ${count(accounts)} accounts, which opened ${count(patients)} patients.`,
  ];
}

function verdictOf({ verdict, findings, doubtful, rest, smallest }: Attribution): readonly string[] {
  switch (verdict) {
    case 'unopened':
      return ['Nobody opened any of these patients in the period, so nobody is named.'];
    case 'too_small':
      return [
        `The sample is too small to name anybody: ${smallest === undefined ? 'no number' : count(smallest)} of opened patients could name the account that fits best.`,
      ];
    case 'nobody':
      return ['No account stands out: nobody is named.', ...doubtfulOf(doubtful)];
    case 'named':
      return [
        ...findings.filter(({ kind }) => kind === 'period').flatMap(sentenceOf),
        ...(rest >= 0.005 ? [`${percent(rest)} of the opened patients are explained by no account that is named.`] : []),
        ...doubtfulOf(doubtful),
      ];
  }
}

function sentenceOf({ actorId, share, support, matched, size, alike }: Finding): readonly string[] {
  const held = `it opened ${count(matched)} of them among ${count(size)} patients of its own`;
  return [
    `${actorId} explains ${percent(share)} of the opened patients: ${held}. Support: ${support}.`,
    ...(alike.length > 0 ? [`  It cannot be told apart from ${alike.join(', ')}, which opened nearly the same.`] : []),
  ];
}

function doubtfulOf({ length }: readonly Finding[]): readonly string[] {
  return length === 0 ? [] : [`${count(length)} more would fit, but no better than somebody fits a random sample: not named.`];
}

function accountsTable(findings: readonly Finding[]): readonly string[] {
  const rows = findings.map((one) => [
    one.actorId,
    percent(one.share),
    count(one.matched),
    count(one.size),
    orders(one),
    one.support,
  ]);
  return alignedRows([['account', 'share', 'matched', 'opened', 'log10 bayes', 'support'], ...rows], new Set([1, 2, 3, 4]));
}

function momentsTable(findings: readonly Finding[]): readonly string[] {
  const rows = findings.map((one) => [
    one.kind,
    one.actorId,
    clock(one.firstMs),
    clock(one.lastMs),
    percent(one.share),
    count(one.matched),
    count(one.size),
    one.support,
    one.kind === 'day' ? '' : one.ref,
  ]);
  const head = ['kind', 'account', 'first', 'last', 'share', 'matched', 'opened', 'support', 'id'];
  return alignedRows([head, ...rows], new Set([4, 5, 6]));
}

function controlsOf({ controls: { samples, named } }: Attribution): readonly string[] {
  return [
    `Of ${count(samples)} random samples of as many patients, opened by as many accounts each, ${count(named)} would name somebody.`,
    ...(named > samples * controlShareMax
      ? [
          "That is often: patients like these look like somebody's without a leak, so take a name as a question and not as an answer.",
        ]
      : []),
  ];
}

function exportsTable({ exports, exportsFound }: Attribution): readonly string[] {
  const rows = exports.map(({ time, actorId, action, records, eventId }) => [
    clock(Date.parse(time)),
    actorId,
    action,
    count(records),
    eventId,
  ]);
  const more = exportsFound - exports.length;
  return [
    'Events of about this size that do not say whom they touched, and cannot be compared:',
    ...alignedRows([['time', 'account', 'action', 'records', 'event'], ...rows], new Set([3])),
    ...(more > 0 ? [`and ${count(more)} more`] : []),
  ];
}

function orders({ lnBayes }: Finding): string {
  return (lnBayes / Math.LN10).toFixed(1);
}

function percent(share: number): string {
  return `${(share * 100).toFixed(0)} %`;
}

/** `2024-11-19 08:12:03`, UTC. */
function clock(ms: number): string {
  return isoOf(ms).slice(0, 19).replace('T', ' ');
}
