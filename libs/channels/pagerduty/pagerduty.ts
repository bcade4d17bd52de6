// pagerduty/: the Events API v2. A case is one alert there, by its `dedup_key`: it is triggered, acknowledged and resolved
// as the case is here.
import type { CaseMessage } from '#libs/contracts/case-message.js';
import type { CaseRow } from '#libs/contracts/case-row.js';
import { caseSentence } from '#libs/texts/sentence.js';
import type { Verdict } from '../http/verdict.js';
import type { Sender, SenderTools } from '../channel.js';
import { cutTo } from '../chat/chat.js';
import { post } from '../http/attempt.js';
import { caseUrl, type Told } from '../told/told.js';
import { printable } from '#libs/contracts/visible-text.js';

export interface PagerDutyReceiver {
  readonly url: string;
  readonly routingKey: string;
}

/** As the API has it. */
const summaryMax = 1_024;
const keyMax = 255;

const severities = { critical: 'critical', high: 'error', medium: 'warning', low: 'info', informational: 'info' } as const;
const actions = { new: 'trigger', acknowledged: 'acknowledge', on_hold: 'acknowledge', resolved: 'resolve' } as const;

export interface PagerDutyEvent {
  readonly event_action: 'trigger' | 'acknowledge' | 'resolve';
  readonly dedup_key: string;
  readonly payload: Readonly<Record<string, unknown>>;
  readonly client: 'Vigie';
  readonly client_url?: string;
}

/** What a message asks of PagerDuty: one event, or one a case that rose during a mute. Without the routing key, which is the sender's. */
export function pagerDutyEvents(told: Told, consoleUrl: string | undefined): readonly PagerDutyEvent[] {
  const { message } = told;
  switch (message.kind) {
    case 'muted_end':
      return (message.cases ?? []).map((row) =>
        ofCase(row, message, caseSentence(printable(row), message.at, told.speech), consoleUrl),
      );
    case 'deadline':
      return [ofDeadline(told)];
    case 'test':
      // It rings, and ends by itself.
      return (['trigger', 'resolve'] as const).map((event_action) => ({
        event_action,
        dedup_key: message.send_id,
        payload: plain(told.sentence, 'vigie', 'info', message.at),
        client: 'Vigie',
      }));
    default:
      return message.case ? [ofCase(message.case, message, told.sentence, consoleUrl)] : [];
  }
}

function ofCase(row: CaseRow, { at }: CaseMessage, sentence: string, consoleUrl: string | undefined): PagerDutyEvent {
  return {
    event_action: actions[row.status],
    dedup_key: row.case_id,
    payload: {
      ...plain(sentence, row.group_id, severities[row.level], at),
      component: row.rules[0] ?? '',
      custom_details: {
        ...(row.subject_kind === 'account'
          ? { account: row.actor_id, ...(row.account_count > 1 && { accounts: row.account_count }) }
          : { [row.subject_kind]: row.actor_id, accounts: row.account_count }),
        patients: row.patients,
        clinics: row.clinics,
        step: row.step,
        rules: row.rules,
        status: row.status,
        owner: row.owner,
      },
    },
    client: 'Vigie',
    ...(consoleUrl !== undefined && { client_url: caseUrl(consoleUrl, row.case_id) }),
  };
}

/** A clock is an alert of its own: it wants another person than the case does, and ends at another time. */
function ofDeadline({ message, sentence, url }: Told): PagerDutyEvent {
  const { case: row, deadline, send_id, at } = message;
  if (!deadline) throw new Error('a message of kind deadline has no deadline');
  const over = Date.parse(deadline.due_at) <= Date.parse(at);
  const done = ['met', 'met_late', 'stopped', 'renewed'].includes(deadline.state);
  return {
    event_action: done ? 'resolve' : 'trigger',
    dedup_key: cutTo(`${row?.case_id ?? send_id}/${deadline.clock}/${deadline.controller_id}`, keyMax),
    payload: plain(sentence, row?.group_id ?? 'vigie', over ? 'critical' : 'warning', at),
    client: 'Vigie',
    ...(url !== undefined && { client_url: url }),
  };
}

function plain(summary: string, source: string, severity: string, timestamp: string): Readonly<Record<string, unknown>> {
  return { summary: cutTo(summary, summaryMax), source, severity, timestamp };
}

export function pagerDutySender({ url, routingKey }: PagerDutyReceiver, tools: SenderTools): Sender {
  return {
    async send(told, signal) {
      let verdict: Verdict = { kind: 'delivered', status: 0 };
      // One after the other; the key makes a second one of the same case harmless.
      for (const event of pagerDutyEvents(told, tools.manner.consoleUrl)) {
        const body = JSON.stringify({ routing_key: routingKey, ...event });
        verdict = await post(tools, { url, headers: { 'content-type': 'application/json' }, body }, signal);
        if (verdict.kind !== 'delivered') return verdict;
      }
      return verdict;
    },
  };
}
