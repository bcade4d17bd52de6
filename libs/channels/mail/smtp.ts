import { isNativeError } from 'node:util/types';
import { createTransport } from 'nodemailer';
import { Transient } from '#libs/runtime/outcome.js';
import { ClientTokens, NoToken, type TokenSource } from '#libs/runtime/outgoing/client-tokens.js';
import type { Sender, SenderTools } from '../channel.js';
import { attempt, attemptMsMax } from '../http/attempt.js';
import type { Verdict } from '../http/verdict.js';
import { type Mail, type MailAddresses, mailOf } from './mail.js';

/** A mail server and how to speak to it. */
export interface MailServer {
  readonly host: string;
  readonly port: number;
  /** `starttls` and `implicit` end without TLS; `none` is for loopback only. */
  readonly tls: 'starttls' | 'implicit' | 'none';
  readonly user?: string | undefined;
  readonly password?: string | undefined;
  /** Gives tokens for `user`, which are shown in place of a password by XOAUTH2. */
  readonly oauth?: TokenSource | undefined;
  /** PEM of the authority that signed its certificate, where the system does not know it. */
  readonly ca?: string | undefined;
}

export type MailReceiver = MailAddresses & { readonly name: string; readonly server: MailServer };

/** Mails of which a part of the receivers is served already. */
const partlyMax = 1_000;

/** Addresses that do not take a mail which others have taken are tried for so long, in milliseconds: grey lists let a server in after some minutes. */
export const restMsMax = 15 * 60_000;

type Failure = Error & {
  readonly code?: string;
  readonly responseCode?: number;
  readonly response?: string;
  readonly command?: string;
};

type Outgoing = Mail & {
  readonly envelope: { readonly from: string; readonly to: string[] };
  readonly signal: AbortSignal;
};

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
  const { user, oauth } = receiver.server;
  const tokens = oauth && new ClientTokens(oauth, tools.clock);
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

  const withToken = async (mail: Outgoing) =>
    tokens ? { ...mail, auth: { type: 'OAuth2', user, accessToken: await tokens.now() } } : mail;

  /** One more try by a new token where the one that was held is not taken: it counts no more, or was made before its client was allowed to. */
  const deliver = async (mail: Outgoing) => {
    const mayBeOld = tokens?.isHeld === true;
    try {
      return await transport.sendMail(await withToken(mail));
    } catch (cause) {
      if (!isNativeError(cause) || (cause as Failure).code !== 'EAUTH') throw cause;
      tokens?.forget();
      if (!mayBeOld) throw cause;
      return transport.sendMail(await withToken(mail));
    }
  };

  return {
    send(told, signal) {
      const { send_id } = told.message;
      const done = partly.get(send_id)?.addresses ?? new Set<string>();
      const waiting = receiver.to.filter((address) => !done.has(address));
      const mail = { ...mailOf(told, receiver), envelope: { from: receiver.from, to: waiting } };
      return attempt(tools.clock, signal, async (inTime) => {
        try {
          const { rejected = [], rejectedErrors = [] } = await deliver({ ...mail, signal: inTime });
          if (rejected.length === 0) {
            partly.delete(send_id);
            return { kind: 'delivered', status: 250 };
          }
          const refused = new Set(rejected.map(String));
          return restOf(send_id, new Set([...done, ...waiting.filter((address) => !refused.has(address))]), rejectedErrors);
        } catch (cause) {
          if (!isNativeError(cause)) throw cause;
          if (cause instanceof NoToken)
            return cause.isRefused
              ? { kind: 'refused', status: 0, reason: cause.message, scope: 'endpoint' }
              : { kind: 'later', status: 0, reason: cause.message };
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
    ...(user !== undefined && password !== undefined && { auth: { user, pass: password } }),
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

/**
 * The answer's numbers and the step only: the text of a server may quote addresses. The three numbers of RFC 3463 say what the one before leaves out,
 * as that a house takes no passwords any more.
 */
function reasonOf({ responseCode, response = '', command, code, message }: Failure): string {
  if (responseCode !== undefined) {
    const [, more = ''] = /^\d{3}[ -]([245]\.\d{1,3}\.\d{1,3})(?!\S)/.exec(response) ?? [];
    return `answered ${responseCode}${more && ` ${more}`}${command ? ` to ${command}` : ''}`;
  }
  if (message.includes('wrong version number'))
    return 'nothing on this port speaks TLS from its first byte on: give tls: starttls, or the port that does (465)';
  return code === undefined ? message : `${code}: ${message}`;
}
