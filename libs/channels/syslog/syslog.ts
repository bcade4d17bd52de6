import { connect as connectTcp, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { Transient } from '#libs/runtime/outcome.js';
import type { Sender, SenderTools } from '../channel.js';
import { attempt } from '../http/attempt.js';
import { octetCounted, syslogLines } from './cef.js';

export interface SyslogReceiver {
  readonly host: string;
  readonly port: number;
  /** `none` is for a daemon on loopback only. */
  readonly tls: 'tls' | 'none';
  readonly ca?: string | undefined;
  readonly facility: number;
}

/**
 * A connection a message. Syslog has no answers: what is known is that the receiver has read all and closed, which it does at our end of
 * the stream. A connection that was kept would swallow lines whenever its other side went away unseen.
 */
export function syslogSender(receiver: SyslogReceiver, tools: SenderTools): Sender {
  const { hostname, version, manner, clock } = tools;
  const context = { hostname, version, facility: receiver.facility, consoleUrl: manner.consoleUrl };
  return {
    send: (told, signal) =>
      attempt(clock, signal, async (inTime) => {
        await write(receiver, Buffer.concat(syslogLines(told, context).map(octetCounted)), inTime);
        return { kind: 'delivered', status: 0 };
      }),
  };
}

function write(receiver: SyslogReceiver, bytes: Buffer, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = open(receiver);
    const stop = () => socket.destroy(new Error('broken off'));
    signal.addEventListener('abort', stop, { once: true });
    let failure: Error | undefined;
    socket.once(receiver.tls === 'tls' ? 'secureConnect' : 'connect', () => socket.end(bytes));
    socket.resume();
    socket.once('error', (cause) => (failure = cause));
    socket.once('close', () => {
      signal.removeEventListener('abort', stop);
      if (failure) reject(new Transient(failure.message, { cause: failure }));
      else if (!socket.writableFinished) reject(new Transient('the receiver closed before it had read the line'));
      else resolve();
    });
  });
}

function open({ host, port, tls, ca }: SyslogReceiver): Socket {
  if (tls === 'none') return connectTcp({ host, port });
  return connectTls({
    host,
    port,
    servername: /^[\d.]+$|:/.test(host) ? '' : host,
    minVersion: 'TLSv1.2',
    ...(ca !== undefined && { ca }),
  });
}
