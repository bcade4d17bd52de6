import { post } from '../http/attempt.js';
import type { Verdict } from '../http/verdict.js';
import type { Sender, SenderTools } from '../channel.js';
import { told, type Told, toldRow } from '../told/told.js';
import { type AlertContext, alertsFor, deadlineAlert, type Said, type Saying, testAlert } from './alerts.js';

export interface AlertmanagerReceiver {
  /** Where it is, without `/api/v2/alerts`. */
  readonly url: string;
  /** The header `authorization`, where it wants one. */
  readonly authorization: string | undefined;
}

/** What a message that is no digest says to Alertmanager. */
export function sayingOf({ message, sentence }: Told, said: Said, context: AlertContext): Saying {
  if (message.kind === 'test') return { alerts: [testAlert(message, sentence, context.now)], said };
  if (message.kind === 'deadline') return { alerts: [deadlineAlert(message, sentence, context)], said };
  return alertsFor([...(message.case ? [message.case] : []), ...(message.cases ?? [])], said, context);
}

/**
 * Remembers which labels fire, so that the old ones end when a case grows. After a restart the memory is empty until cases are sent
 * again; old labels then end by themselves.
 */
export function alertmanagerSender({ url, authorization }: AlertmanagerReceiver, tools: SenderTools): Sender {
  const { clock, manner } = tools;
  const headers = { 'content-type': 'application/json', ...(authorization !== undefined && { authorization }) };
  let said: Said = new Map();
  let turn: Promise<unknown> = Promise.resolve();

  const say = async (what: (said: Said, context: AlertContext) => Saying, signal: AbortSignal): Promise<Verdict> => {
    const next = what(said, { speech: manner, consoleUrl: manner.consoleUrl, now: clock.now() });
    if (next.alerts.length === 0) return { kind: 'delivered', status: 0 };
    const verdict = await post(tools, { url: `${url}/api/v2/alerts`, headers, body: JSON.stringify(next.alerts) }, signal);
    // What did not arrive fires as it did before: the next attempt ends the same labels.
    if (verdict.kind === 'delivered') said = next.said;
    return verdict;
  };
  /** One after the other, or two would both start from what was said before either. */
  const inTurn = (what: (said: Said, context: AlertContext) => Saying, signal: AbortSignal): Promise<Verdict> => {
    const mine = turn.then(() => say(what, signal));
    turn = mine.catch(() => {});
    return mine;
  };

  return {
    send: (told, signal) => inTurn((before, context) => sayingOf(told, before, context), signal),
    resend(cases, signal, clocks = []) {
      const open = cases.filter(({ status }) => status !== 'resolved').map((row) => toldRow(row, manner));
      const running = clocks.map((message) => told(message, manner));
      return inTurn((before, context) => {
        const { alerts, said: after } = alertsFor(open, before, context);
        return { alerts: [...alerts, ...running.map((one) => deadlineAlert(one.message, one.sentence, context))], said: after };
      }, signal);
    },
  };
}
