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

export type MailReceiver = MailAddresses & { readonly server: MailServer };

/** Mails of which a part of the receivers is served already. */
const partlyMax = 1_000;

type Failure = Error & { readonly code?: string; readonly responseCode?: number; readonly command?: string };

/**
 * Sends mail. Addresses that a server took once are not sent the same message again while others of it wait: only they are tried again,
 * until the process ends.
 */
export function mailSender(receiver: MailReceiver, tools: SenderTools): Sender {
  const transport = createTransport({ ...serverOptions(receiver.server), disableFileAccess: true, disableUrlAccess: true });
  /** Addresses that took a message, by `send_id`. */
  const served = new Map<string, ReadonlySet<string>>();
  return {
    send(told, signal) {
      const { send_id } = told.message;
      const done = served.get(send_id) ?? new Set<string>();
      const waiting = receiver.to.filter((address) => !done.has(address));
      const mail = { ...mailOf(told, receiver), envelope: { from: receiver.from, to: waiting } };
      return attempt(tools.clock, signal, async (inTime) => {
        try {
          const { rejected = [], rejectedErrors = [] } = await transport.sendMail({ ...mail, signal: inTime });
          served.delete(send_id);
          if (rejected.length === 0) return { kind: 'delivered', status: 250 };
          const refused = new Set(rejected.map(String));
          served.set(send_id, new Set([...done, ...waiting.filter((address) => !refused.has(address))]));
          for (const [oldest] of [...served].slice(0, Math.max(0, served.size - partlyMax))) served.delete(oldest);
          return verdictOfFailure(soonest(rejectedErrors), `${rejected.length} of ${receiver.to.length} addresses: `);
        } catch (cause) {
          if (!isNativeError(cause)) throw cause;
          return verdictOfFailure(cause, '');
        }
      });
    },
  };
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
