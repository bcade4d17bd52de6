// webhook/: cases by the Standard Webhooks scheme, signed like the incidents of the notifier.
// The data is the case as it stands, a row of the table `cases`.
import { type CaseWebhookBody, caseWebhookTypes } from '#libs/contracts/case-webhook.js';
import type { CaseMessage } from '#libs/contracts/case-message.js';
import type { Sender, SenderTools } from '../channel.js';
import { post } from '../http/attempt.js';
import { signedHeaders, signingKeys } from '../http/signature.js';

export interface WebhookReceiver {
  readonly url: string;
  /** The newest first; several while they rotate. */
  readonly secrets: readonly Buffer[];
}

/** Always the same bytes for the same message. A message that lacks what its kind speaks of is a bug and throws. */
export function webhookBody(message: CaseMessage): CaseWebhookBody {
  const { kind, at: timestamp, case: row, deadline, cases = [] } = message;
  switch (kind) {
    case 'test':
      return { type: 'test', timestamp, data: {} };
    case 'digest':
    case 'muted_end':
      return { type: caseWebhookTypes[kind], timestamp, data: { cases } };
    case 'deadline':
      if (!deadline) throw new Error('a message of kind deadline has no deadline');
      return {
        type: Date.parse(deadline.due_at) > Date.parse(timestamp) ? 'deadline.near' : 'deadline.missed',
        timestamp,
        data: { ...deadline, ...(row && { case: row }) },
      };
    default:
      if (!row) throw new Error(`a message of kind ${kind} has no case`);
      return { type: caseWebhookTypes[kind], timestamp, data: row };
  }
}

export function webhookSender({ url, secrets }: WebhookReceiver, tools: SenderTools): Sender {
  const keys = signingKeys(secrets);
  return {
    send({ message }, signal) {
      const body = JSON.stringify(webhookBody(message));
      return post(tools, { url, headers: signedHeaders(message.send_id, tools.clock.now(), body, keys), body }, signal);
    },
  };
}
