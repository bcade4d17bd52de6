import { type Alert } from '../alertmanager/alerts.js';
import { sayingOf } from '../alertmanager/alertmanager.js';
import { mattermostBody, slackBody } from '../chat/chat.js';
import { teamsBody } from '../chat/teams.js';
import { findingsOf } from '../findings/finding.js';
import { logLineOf } from '../log/case-log.js';
import { mailOf } from '../mail/mail.js';
import { pagerDutyEvents } from '../pagerduty/pagerduty.js';
import { syslogLines } from '../syslog/cef.js';
import type { Told } from '../told/told.js';
import { webhookBody } from '../webhook/webhook.js';
import type { ReceiverType } from './schema.js';

const consoleUrl = 'https://vigie.example';
const version = '0.1.0';

/** Wall clock of sending, where a body holds one. */
export const sentAt = Date.parse('2026-11-23T08:31:11.000Z');

/** What each kind of receiver gets for a message, before it is bytes. A new kind does not compile without its body. */
export const bodies: Readonly<Record<ReceiverType, (told: Told) => unknown>> = {
  email: (told) => mailOf(told, { from: 'vigie@aleo.example', to: ['soc@aleo.example'] }),
  webhook: ({ message }) => webhookBody(message),
  alertmanager: (told): readonly Alert[] => sayingOf(told, new Map(), { speech: told.speech, consoleUrl, now: sentAt }).alerts,
  slack: slackBody,
  mattermost: mattermostBody,
  teams: teamsBody,
  pagerduty: (told) => pagerDutyEvents(told, consoleUrl),
  syslog: (told) => syslogLines(told, { hostname: 'vigie-1', version, facility: 10, consoleUrl }),
  log: ({ message }) => logLineOf(message),
  ocsf: (told) => findingsOf(told, { version, consoleUrl }),
};
