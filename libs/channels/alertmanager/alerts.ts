// alertmanager/: cases as alerts of Prometheus' Alertmanager, API v2. It forgets what is not said again, and tells people again only
// when labels change: so growth is a label, and what is open is sent every minute.
import type { CaseMessage } from '#libs/contracts/case-message.js';
import type { CaseRow } from '#libs/contracts/case-row.js';
import { printable } from '#libs/contracts/visible-text.js';
import { isoOf } from '#libs/runtime/clock.js';
import { ruleTitleIn } from '#libs/texts/rule-titles.js';
import { caseSentence, type Speech } from '#libs/texts/sentence.js';
import { caseUrl } from '../told/told.js';

/** Open cases are sent again this often, in milliseconds. */
export const resendEveryMs = 60_000;

/**
 * An alert that is not sent again ends this long after its last sending, in milliseconds. Long enough for a restart of the notifier or
 * of Alertmanager, because an alert that ends by itself looks like good news.
 */
export const aliveMs = 10 * resendEveryMs;

/** A clock that was told is an alert for this long, in milliseconds: it is told again as it comes nearer. */
const deadlineAliveMs = 60 * 60_000;

export interface Alert {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly startsAt: string;
  readonly endsAt: string;
  readonly generatorURL?: string;
}

/** What was said last of each case: which version of it, and the alert that fires, if one does. */
export type Said = ReadonlyMap<string, { readonly version: number; readonly firing: Alert | undefined }>;

/** Cases that are remembered, the newest. */
const saidMax = 10_000;

/** What is to be posted, and what has been said once it has arrived. */
export interface Saying {
  readonly alerts: readonly Alert[];
  readonly said: Said;
}

export interface AlertContext {
  readonly speech: Speech;
  readonly consoleUrl?: string | undefined;
  /** Wall clock of this sending, milliseconds. */
  readonly now: number;
}

/**
 * The labels of a case, few and with a handful of values each: its step and level are among them so that growth is told, what grows
 * without a step is not.
 */
export function labelsOf(row: CaseRow): Readonly<Record<string, string>> {
  return {
    alertname: 'VigieCase',
    case_id: row.case_id,
    group_id: row.group_id,
    severity: row.level,
    step: String(row.step),
    rule: row.rules[0] ?? '',
  };
}

/**
 * What has to be posted so that exactly one alert of each case is active, and none of a resolved one. Cases that are not named stay as
 * they are, and one that is older than what was said of it says nothing. The same for messages and for what is sent again.
 */
export function alertsFor(rows: readonly CaseRow[], said: Said, context: AlertContext): Saying {
  const after = new Map(said);
  const alerts: Alert[] = [];
  for (const row of rows) {
    const before = after.get(row.case_id);
    if (before && before.version > row.version) continue;
    const alert = alertOf(row, context);
    alerts.push(alert);
    if (before?.firing && !sameLabels(before.firing, alert)) alerts.push({ ...before.firing, endsAt: isoOf(context.now) });
    after.delete(row.case_id);
    after.set(row.case_id, { version: row.version, firing: row.status === 'resolved' ? undefined : alert });
  }
  return { alerts, said: new Map([...after].slice(-saidMax)) };
}

/** An alert for a clock that is near or over; one that was met ends. */
export function deadlineAlert(message: CaseMessage, sentence: string, { now, consoleUrl }: AlertContext): Alert {
  const { case: row, deadline, send_id } = message;
  if (!deadline) throw new Error('a message of kind deadline has no deadline');
  const done = ['met', 'met_late', 'stopped', 'renewed'].includes(deadline.state);
  const over = Date.parse(deadline.due_at) <= Date.parse(message.at);
  return {
    labels: {
      alertname: 'VigieDeadline',
      case_id: row?.case_id ?? send_id,
      group_id: row?.group_id ?? '',
      severity: over ? 'critical' : 'high',
      controller_id: deadline.controller_id,
      clock: deadline.clock,
      due_at: deadline.due_at,
    },
    annotations: { summary: sentence },
    startsAt: message.at,
    endsAt: isoOf(done ? now : now + deadlineAliveMs),
    ...(consoleUrl !== undefined && row && { generatorURL: caseUrl(consoleUrl, row.case_id) }),
  };
}

/** An alert that says of itself that it is a test, and is over with the next evaluation. */
export function testAlert({ send_id, at }: CaseMessage, sentence: string, now: number): Alert {
  const labels = { alertname: 'VigieTest', send_id, severity: 'informational' };
  return { labels, annotations: { summary: sentence }, startsAt: at, endsAt: isoOf(now + resendEveryMs) };
}

function alertOf(row: CaseRow, { now, speech, consoleUrl }: AlertContext): Alert {
  const url = consoleUrl === undefined ? undefined : caseUrl(consoleUrl, row.case_id);
  const words = printable(row);
  return {
    labels: labelsOf(words),
    annotations: {
      summary: caseSentence(words, isoOf(now), speech),
      title: ruleTitleIn(speech.locale, words.title) ?? words.title,
      ...(row.subject_kind === 'account' ? { account: words.actor_id } : { [row.subject_kind]: words.actor_id }),
      patients: String(row.patients),
      clinics: words.clinics.join(', '),
      acknowledged_by: words.acknowledged_by,
      ...(url !== undefined && { url }),
    },
    startsAt: row.opened_at,
    endsAt: isoOf(row.status === 'resolved' ? now : now + aliveMs),
    ...(url !== undefined && { generatorURL: url }),
  };
}

function sameLabels({ labels: one }: Alert, { labels: other }: Alert): boolean {
  const names = Object.keys(one);
  return names.length === Object.keys(other).length && names.every((name) => one[name] === other[name]);
}
