import type { MessageKind } from '#libs/contracts/case-message.js';
import { assertNever } from '#libs/runtime/outcome.js';
import { alertmanagerSender } from '../alertmanager/alertmanager.js';
import type { ChannelTools, OpenChannel, Sender, SenderTools } from '../channel.js';
import { jsonSender, mattermostBody, slackBody } from '../chat/chat.js';
import { teamsBody } from '../chat/teams.js';
import { findingsSender } from '../findings/findings.js';
import { logSender } from '../log/case-log.js';
import { mailSender } from '../mail/smtp.js';
import { pagerDutySender } from '../pagerduty/pagerduty.js';
import { syslogSender } from '../syslog/syslog.js';
import { type Manner, told } from '../told/told.js';
import { webhookSender } from '../webhook/webhook.js';
import type { Receiver, ReceiverType } from './schema.js';

/** Receivers that want one thing at a time: a list of cases says nothing to them. */
const withoutLists: ReadonlySet<ReceiverType> = new Set(['alertmanager', 'pagerduty', 'syslog', 'ocsf']);

/** Whether a receiver of this type can be told of the kind: what a routing file has to be asked before it counts. */
export function takes(type: ReceiverType, kind: MessageKind): boolean {
  return kind !== 'digest' || !withoutLists.has(type);
}

/** How a receiver is spoken to. */
export function mannerOf({ actor, locale, timezone }: Receiver, { maskKey, consoleUrl }: ChannelTools): Manner {
  return { actor, locale, timezone, maskKey, consoleUrl };
}

/** A channel to a receiver. Nothing is connected before the first message. */
export function openChannel(receiver: Receiver, tools: ChannelTools): OpenChannel {
  const { name, type } = receiver;
  const manner = mannerOf(receiver, tools);
  const sender = senderOf(receiver, { ...tools, manner });
  const resend = sender.resend?.bind(sender);
  return {
    name,
    takes: (kind) => takes(type, kind),
    async send(message, signal) {
      if (takes(type, message.kind)) return sender.send(told(message, manner), signal);
      return {
        kind: 'refused',
        status: 0,
        reason: `a receiver of type ${type} takes no ${message.kind}; name another there`,
        scope: 'change',
      };
    },
    ...(resend && { resend }),
  };
}

function senderOf(receiver: Receiver, tools: SenderTools): Sender {
  switch (receiver.type) {
    case 'email':
      return mailSender(receiver, tools);
    case 'webhook':
      return webhookSender(receiver, tools);
    case 'alertmanager':
      return alertmanagerSender(receiver, tools);
    case 'slack':
      return jsonSender(receiver.url, tools, slackBody);
    case 'mattermost':
      return jsonSender(receiver.url, tools, mattermostBody);
    case 'teams':
      return jsonSender(receiver.url, tools, teamsBody);
    case 'pagerduty':
      return pagerDutySender(receiver, tools);
    case 'syslog':
      return syslogSender(receiver, tools);
    case 'log':
      return logSender(tools.logger);
    case 'ocsf':
      return findingsSender(tools);
    default:
      return assertNever(receiver);
  }
}
