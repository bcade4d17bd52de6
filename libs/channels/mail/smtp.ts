import { isNativeError } from 'node:util/types';
import { createTransport } from 'nodemailer';
import { Transient } from '#libs/runtime/outcome.js';
import type { Sender, SenderTools } from '../channel.js';
import { attempt, attemptMsMax } from '../http/attempt.js';
import type { Verdict } from '../http/verdict.js';
import { type MailAddresses, mailOf } from './mail.js';

/** A mail server and how to speak to it. */
export interface MailServer {
  readonly host: string;
  readonly port: number;
  /** `starttls` and `implicit` end without TLS; `none` is for loopback only. */
  readonly tls: 'starttls' | 'implicit' | 'none';
  readonly user?: string | undefined;
  readonly password?: string | undefined;
  /** PEM of the authority that signed its certificate, where the system does not know it. */
  readonly ca?: string | undefined;
}

export type MailReceiver = MailAddresses & { readonly name: string; readonly server: MailServer };

/** Mails of which a part of the receivers is served already. */
const partlyMax = 1_000;

/** Addresses that do not take a mail which others have taken are tried for so long, in milliseconds: grey lists let a server in after some minutes. */
export const restMsMax = 15 * 60_000;

type Failure = Error & { readonly code?: string; readonly responseCode?: number; readonly command?: string };

/** A mail that some addresses have taken, and since when, in monotonic milliseconds. */
interface Served {
  readonly addresses: ReadonlySet<string>;
  readonly since: number;
}

/**
 * Sends mail. Addresses that a server took once are not sent the same message again while others of it wait: only they are tried again, until the
 * process ends. An address that takes nothing, as of somebody who has left the house, keeps nothing from the others: the mail counts as told then, and
 * the log says how many addresses it did not come to.
 */
export function mailSender(receiver: MailReceiver, tools: SenderTools): Sender {
  const transport = createTransport({ ...serverOptions(receiver.server), disableFileAccess: true, disableUrlAccess: true });
  /** By `send_id`. */
  const partly = new Map<string, Served>();

  /** What it means that addresses have not taken a mail: nothing more where all others have, or had, and it will not pass, or has not for long. */
  const restOf = (sendId: string, done: ReadonlySet<string>, failures: readonly Failure[]): Verdict => {
    const now = tools.clock.monotonic();
    const { since } = partly.get(sendId) ?? { since: now };
    const failure = soonest(failures);
    const left = receiver.to.length - done.size;
    const verdict = verdictOfFailure(failure, `${left} of ${receiver.to.length} addresses: `);
    if (done.size === 0) return verdict;
    if (verdict.kind === 'later' && now - since < restMsMax) {
      partly.delete(sendId);
      partly.set(sendId, { addresses: done, since });
      for (const [oldest] of [...partly].slice(0, Math.max(0, partly.size - partlyMax))) partly.delete(oldest);
      return { ...verdict, scope: 'change' };
    }
    partly.delete(sendId);
    tools.logger.warn('addresses of a receiver do not take mail: the others were told; take them out, or mend them', {
      endpoint: receiver.name,
      sendId,
      count: left,
      reason: verdict.kind === 'delivered' ? '' : verdict.reason,
    });
    return { kind: 'delivered', status: 250 };
  };

  return {
    send(told, signal) {
      const { send_id } = told.message;
      const done = partly.get(send_id)?.addresses ?? new Set<string>();
      const waiting = receiver.to.filter((address) => !done.has(address));
      const mail = { ...mailOf(told, receiver), envelope: { from: receiver.from, to: waiting } };
      return attempt(tools.clock, signal, async (inTime) => {
        try {
          const { rejected = [], rejectedErrors = [] } = await transport.sendMail({ ...mail, signal: inTime });
          if (rejected.length === 0) {
            partly.delete(send_id);
            return { kind: 'delivered', status: 250 };
          }
          const refused = new Set(rejected.map(String));
          return restOf(send_id, new Set([...done, ...waiting.filter((address) => !refused.has(address))]), rejectedErrors);
        } catch (cause) {
          if (!isNativeError(cause)) throw cause;
          // Every address that was left has refused it: it is they, and not the server.
          return isOfAddresses(cause) ? restOf(send_id, done, [cause]) : verdictOfFailure(cause, '');
        }
      });
    },
  };
}

function isOfAddresses({ command = '', responseCode }: Failure): boolean {
  return command === 'RCPT TO' && responseCode !== undefined;
}

function serverOptions({ host, port, tls, user, password, ca }: MailServer): Readonly<Record<string, unknown>> {
  return {
    host,
    port,
    secure: tls === 'implicit',
    requireTLS: tls === 'starttls',
    ignoreTLS: tls === 'none',
    ...(user !== undefined && { auth: { user, pass: password ?? '' } }),
    ...(tls !== 'none' && { tls: { minVersion: 'TLSv1.2', ...(ca !== undefined && { ca }) } }),
    connectionTimeout: attemptMsMax,
    greetingTimeout: attemptMsMax,
    socketTimeout: attemptMsMax,
  };
}

/** Of several addresses that were refused, the one that may be taken soonest. */
function soonest(failures: readonly Failure[]): Failure {
  return failures.find(({ responseCode = 0 }) => responseCode < 500) ?? failures[0] ?? new Error('refused');
}

/** Faults that more attempts will hardly change: who we are, or that there is no TLS. */
const lasting = new Set(['EAUTH', 'ENOAUTH', 'ETLS', 'EENVELOPE']);

/**
 * 4xx passes by itself; 5xx does not, and speaks of the mail where the server has read it (`DATA`), of us or the address before. What
 * never got an answer is a connection, and may pass.
 */
function verdictOfFailure(failure: Failure, prefix: string): Verdict {
  const { responseCode: status = 0, code, command = '' } = failure;
  const reason = `${prefix}${reasonOf(failure)}`;
  if (status >= 500) return { kind: 'refused', status, reason, scope: command === 'DATA' ? 'change' : 'endpoint' };
  if (status >= 400) return { kind: 'later', status, reason };
  if (code !== undefined && lasting.has(code)) return { kind: 'refused', status, reason, scope: 'endpoint' };
  throw new Transient(reason, { cause: failure });
}

/** The answer's number and the step only: the text of a server may quote addresses. */
function reasonOf({ responseCode, command, code, message }: Failure): string {
  if (responseCode !== undefined) return `answered ${responseCode}${command ? ` to ${command}` : ''}`;
  return code === undefined ? message : `${code}: ${message}`;
}
