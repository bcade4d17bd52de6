import { describe, expect, it } from '@jest/globals';
import { explainException, explainExceptionInFrench } from '../load/check-rules.js';
import type { Match } from '../match/match.js';
import { french } from './phrases.js';
import { wordsOf } from './words.js';
import { explainRule } from './explain-rule.js';
import { loadRules } from '../load/load-rules.js';
import type { LoadedRules } from '../load/load-rules.js';

const event = (name: string, title: string): string =>
  `title: ${title}\nname: ${name}\nlogsource: {product: ehr}\ndetection: {x: {action: ${name}}, condition: x}\n`;
const events = [event('read', 'A look'), event('login', 'A login')];
const correlation = (name: string, body: string, by = '', rest = ''): string =>
  `title: ${name}\nname: ${name}\nlevel: low\n${rest}correlation: {group-by: [group_id, actor_id${by}], timespan: 1h, ${body}}\n`;
const inner = correlation('Inner', 'type: event_count, rules: read, condition: {gte: 2}', ', device');
const expires = (name: string, at = '2027-01-31', search = 'actor_id: [a, b], clinic_id|startswith: c'): string =>
  `title: ${name}\nname: ${name}\nlogsource: {product: ehr}\nfilter: {rules: [read, Inner], x: {${search}}, condition: not x}\nvigie: {expires: ${at}, owner: dpo, reason: migration}\n`;

// prettier-ignore
const sentences: readonly (readonly [documents: readonly string[], sentence: string])[] = [
  [[correlation('c', 'type: event_count, rules: [read, login], condition: {gt: 4}')], 'Raises a low incident when one account reaches at least 5 events within 1 hour. What counts: "A look" or "A login".'],
  [[correlation('c', 'type: event_count, rules: read, condition: {gte: 1}')], 'Raises a low incident when one account reaches at least 1 event within 1 hour. What counts: "A look".'],
  [[correlation('c', 'type: value_count, rules: read, condition: {field: source_ip, gte: 2}', ', session_id')], 'Raises a low incident when one account reaches at least 2 different addresses within 1 hour, counted for each session_id apart. What counts: "A look".'],
  [[correlation('c', 'type: value_count, rules: read, condition: {field: patient_id, gte: 3, lt: 1000}')], 'Raises a low incident when one account reaches 3 to 999 different patients within 1 hour. What counts: "A look". Since more accesses could undo it, it is judged once those that may still come are there.'],
  [[correlation('c', 'type: value_count, rules: read, condition: {field: patient_id, neq: 5}')], 'Raises a low incident when one account reaches at least 1 (but not 5) different patients within 1 hour. What counts: "A look". Since more accesses could undo it, it is judged once those that may still come are there.'],
  [[correlation('c', 'type: value_count, rules: read, condition: {field: patient_id, eq: 1}')], 'Raises a low incident when one account reaches exactly 1 different patient within 1 hour. What counts: "A look". Since more accesses could undo it, it is judged once those that may still come are there.'],
  [[correlation('c', 'type: value_sum, rules: read, condition: {field: record_count, gte: 5000}', ', session_id')], 'Raises a low incident when one account has events whose record_count comes to at least 5,000 in all within 1 hour, counted for each session_id apart. What counts: "A look". An event counts once with its record_count, however many patients it is about and however often it comes.'],
  [[correlation('c', 'type: value_avg, rules: read, condition: {field: record_count, gt: 2.5, lt: 9}')], 'Raises a low incident when one account has events whose average record_count is more than 2.5 and less than 9 within 1 hour. What counts: "A look". An event counts once with its record_count, however many patients it is about and however often it comes. Since more accesses could undo it, it is judged once those that may still come are there.'],
  [[correlation('c', 'type: value_median, rules: read, condition: {field: record_count, lt: 3}')], 'Raises a low incident when one account has events whose median record_count is at most 2 within 1 hour. What counts: "A look". An event counts once with its record_count, however many patients it is about and however often it comes. Since more accesses could undo it, it is judged once those that may still come are there.'],
  [[correlation('c', 'type: value_percentile, rules: read, condition: {field: record_count, percentile: 95, gte: 500}')], 'Raises a low incident when one account has events whose record_count at percentile 95 is at least 500 within 1 hour. What counts: "A look". An event counts once with its record_count, however many patients it is about and however often it comes. Since more accesses could undo it, it is judged once those that may still come are there.'],
  [[correlation('c', 'type: temporal, rules: [login, read]')], 'Raises a low incident when one account meets, within 1 hour, all of "A login" and "A look".'],
  [[correlation('c', 'type: temporal, rules: [login, read, Inner], condition: {gte: 2}')], 'Raises a low incident when one account meets, within 1 hour, at least 2 of "A login", "A look" and "Inner" being met.'],
  [[correlation('c', 'type: temporal, rules: [login, read], condition: login and read')], 'Raises a low incident when one account meets, within 1 hour, all of "A login" and "A look".'],
  [[correlation('c', 'type: temporal, rules: [login, read], condition: login or read')], 'Raises a low incident when one account meets, within 1 hour, at least 1 of "A login" and "A look".'],
  [[correlation('c', 'type: temporal, rules: [read, login], condition: read and not login')], 'Raises a low incident when one account meets, within 1 hour, "A look" and not "A login". What must not be met must not be within 1 hour before or after, so it is judged once that time has passed and accesses that may still come are there.'],
  [[correlation('c', 'type: temporal, rules: [read, login, Inner], condition: Inner and not (read and login)')], 'Raises a low incident when one account meets, within 1 hour, "Inner" being met and (not "A look" or not "A login"). What must not be met must not be within 1 hour before or after, so it is judged once that time has passed and accesses that may still come are there.'],
  [[correlation('c', 'type: temporal, rules: [read, login, Inner], condition: Inner and (read or login)')], 'Raises a low incident when one account meets, within 1 hour, "Inner" being met and ("A look" or "A login"). It is judged once accesses that may still come are there.'],
  [[correlation('c', 'type: temporal_ordered, rules: [login, Inner]')], 'Raises a low incident when one account meets, within 1 hour, in this order: "A login", then "Inner" being met.'],
  [[correlation('c', 'type: event_count, rules: Inner, condition: {gte: 3}')], 'Raises a low incident when one account reaches at least 3 times of "Inner" being met within 1 hour.'],
  [[correlation('c', 'type: value_count, rules: Inner, condition: {field: device, gte: 3}')], 'Raises a low incident when one account reaches at least 3 different device values over "Inner" being met within 1 hour.'],
  [[correlation('c', 'type: event_count, rules: [read, login], aliases: {at: {read: device, login: source_ip}}, condition: {gte: 3}', ', at')], 'Raises a low incident when one account reaches at least 3 events within 1 hour, counted for each at apart. What counts: "A look" or "A login". Here at is device in "A look" and source_ip in "A login".'],
  [[correlation('c', 'type: value_count, rules: read, condition: {field: patient_id, gte: 9}', '', 'vigie: {spread: {field: clinic_id, gte: 2}, dormant: 30d, allowed_lateness: 2h, steps: [9, 1000]}\n')], 'Raises a low incident when one account reaches at least 9 different patients in at least 2 different clinics within 1 hour, and tells it again at 9, 1,000 patients. What counts: "A look". It does so only within 1 hour after the account woke up from at least 30 days without such an access. Accesses that come up to 2 hours late are waited for.'],
  [[correlation('c', 'type: event_count, rules: read, condition: {gte: 3}'), expires('Move')], 'Raises a low incident when one account reaches at least 3 events within 1 hour. What counts: "A look". Without what exceptions take out: "Move" until 2027-01-31T00:00:00.000Z (dpo).'],
];

describe('a rule is told in sentences', () => {
  it.each(sentences)('%#', (documents, sentence) => {
    const rules = load(...documents, inner).rules.filter(({ title }) => title !== 'Inner');
    expect(rules.map(explainRule)).toEqual([sentence]);
  });

  it('and so is one that raises nothing itself', () => {
    const { rules } = load(inner, correlation('c', 'type: event_count, rules: Inner, condition: {gte: 3}'));
    expect(rules.map(explainRule)[0]).toBe(
      'Raises nothing itself, and holds when one account reaches at least 2 events within 1 hour, counted for each device apart. What counts: "A look".',
    );
  });
});

describe('an event rule with a level', () => {
  const alone = event('export', 'Export').replace('logsource', 'level: high\nlogsource');

  it('raises incidents alone, less what exceptions take out', () => {
    const { rules } = load(inner, alone, expires('Move').replace('rules: [read, Inner]', 'rules: [export]'));
    expect(rules.map(explainRule)[1]).toBe(
      'Raises a high incident when one account makes an access of "Export", and takes those that follow within the quiet time into the same one. Without what exceptions take out: "Move" until 2027-01-31T00:00:00.000Z (dpo).',
    );
  });

  it.each([
    ['', ['c']],
    [', generate: false', ['c']],
    [', generate: true', ['c', 'Export']],
  ])('that a correlation counts does so where that says generate: true (%s)', (generate, titles) => {
    const { rules } = load(inner, alone, correlation('c', `type: event_count, rules: export, condition: {gte: 3}${generate}`));
    expect(rules.filter(({ raises, title }) => raises && title !== 'Inner').map(({ title }) => title)).toEqual(titles);
  });
});

describe('an exception', () => {
  it.each([
    ['actor_id: [a, b], clinic_id|startswith: c', 'actor_id is "a" or "b"... and clinic_id begins with "c"'],
    ['"actor_id|re": a.b, record_count|gte: 5', 'actor_id matches "a.b" and record_count is at least 5'],
    ['privileged: true, purpose: null, device: "a*b?"', 'device is like "a*b?" and privileged is true and purpose is not there'],
    [
      'source_ip|cidr: 10.0.0.0/8, actor_id|neq: x, device|fieldref: auth',
      'device is the same as auth and source_ip is in 10.0.0.0/8 and actor_id is not "x"',
    ],
    [
      `actor_id: [${Array.from({ length: 60 }, (_, n) => `a${n + 10}`).join(', ')}]`,
      `actor_id is ${Array.from({ length: 50 }, (_, n) => `"a${n + 10}"`).join(', ')} or one of 10 more`,
    ],
    ['record_count: [3, 20, 1], "actor_id|cased": B', 'record_count is 1, 3 or 20 and actor_id is "B", letter case included'],
    [
      String.raw`device: 'a\*b*c', "auth|cased|contains": X`,
      String.raw`device is like "a\\*b*c" and auth contains "X", letter case included`,
    ],
  ])('of %s says what it takes out', (search, words) => {
    const [exception] = load(inner, expires('Move', '2027-01-31', search)).exceptions;
    const parts = words.replace('"b"...', '"b"').split(' and ').toSorted();
    expect(exception?.takesOut.replaceAll(/[()]/g, '').split(' and ').toSorted()).toEqual(parts);
  });

  it.each([
    ['actor_id: [a, b]', 'actor_id is neither "a" nor "b"', 'actor_id n’est ni "a" ni "b"'],
    [
      'device: x*, actor_id|neq: b',
      'not (device begins with "x" and actor_id is not "b")',
      'non (device commence par "x" et actor_id n’est pas "b")',
    ],
    [
      "'time|day': [saturday, sunday]",
      'it is neither Saturday nor Sunday in Europe/Paris',
      'on n’est ni samedi ni dimanche à Europe/Paris',
    ],
    ['record_count|gt: 5', 'record_count is not above 5', 'record_count n’est pas au-dessus de 5'],
    ['purpose: null', 'purpose is there', 'purpose est présent'],
  ])('that keeps what meets %s says that it takes out the rest', (search, inEnglish, inFrench) => {
    const text = expires('Move', '2027-01-31', search)
      .replace('condition: not x', 'condition: x')
      .replace('vigie: {', 'vigie: {time_zone: Europe/Paris, ');
    const [exception] = load(inner, text).exceptions;
    expect([exception?.takesOut, exception?.takesOutInFrench]).toEqual([inEnglish, inFrench]);
  });

  it('says from which rules, until when, who answers for it and why', () => {
    const [exception] = load(inner, expires('Move', '2027-01-31T00:00:00+01:00', 'actor_id: a')).exceptions;
    expect(exception && explainException(exception)).toBe(
      'Takes out of "A look" and "Inner", until 2027-01-30T23:00:00.000Z: actor_id is "a". dpo answers for it: migration',
    );
  });

  it('says so in French too, with the titles that rules have there', () => {
    const [exception] = load(
      inner,
      expires('Move', '2027-01-31T00:00:00+01:00', "actor_id: [a, b*], 'source_ip|cidr': '10.0.0.0/8', purpose: null"),
    ).exceptions;
    expect(exception && explainExceptionInFrench(exception, titleOf)).toBe(
      'Retire de «\u00a0Un regard\u00a0» et de «\u00a0Inner\u00a0», jusqu’au 2027-01-30T23:00:00.000Z\u00a0: (actor_id est "a" ou actor_id commence par "b") et source_ip est dans 10.0.0.0/8 et purpose est absent. dpo en répond\u00a0: migration',
    );
  });

  it.each([
    [{ op: 'and', of: [] }, 'tout accès'],
    [{ op: 'not', of: { op: 'test', test: { kind: 'truth', field: 'mfa', value: true } } }, 'mfa n’est pas vrai'],
    [{ op: 'test', test: { kind: 'number', field: 'record_count', compare: 'gte', value: 40 } }, 'record_count est au moins 40'],
    [
      { op: 'test', test: { kind: 'clock', part: 'hour', zone: 'Europe/Paris', compare: 'lt', value: 6 } },
      'l’heure est en dessous de 6 à Europe/Paris',
    ],
    [
      { op: 'test', test: { kind: 'clock', part: 'weekday', zone: 'Europe/Paris', compare: 'eq', value: 7 } },
      'on est dimanche à Europe/Paris',
    ],
  ] as const)('%j is said in French', (match, words) => {
    expect(wordsOf(match as Match, french)).toBe(words);
  });
});

const titleOf = (title: string) => (title === 'A look' ? 'Un regard' : title);

function load(...documents: readonly string[]): LoadedRules {
  const used = events.filter((_, index) => index === 0 || documents.some((document) => document.includes('login')));
  const loaded = loadRules([{ path: 'a.yml', text: [...used, ...documents].join('---\n') }]);
  expect(loaded.mistakes).toEqual([]);
  return loaded;
}
