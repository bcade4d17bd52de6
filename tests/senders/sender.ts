// senders/: what hospitals send with, from its own packages, against a real ingestor: what was sent is there afterwards.
// The configurations are those of docs/shippers.
import { appendFileSync, closeSync, mkdirSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { type ChildProcess, spawn } from 'node:child_process';

/** Where one sender runs, and whom it sends to. */
export interface Place {
  /** A folder of its own. */
  readonly folder: string;
  /** Certificates: `ca.pem`, `server.pem`, `sender.pem` and their keys. */
  readonly certificates: string;
  readonly ports: {
    readonly http: number;
    readonly tcp: number;
    readonly tls: number;
    readonly udp: number;
    readonly gelf: number;
  };
  readonly token: string;
  /** `127.0.0.1:9092`, where there is a Kafka. */
  readonly broker?: string;
}

export interface Running {
  /** Sends lines, each one record. Resolves when the sender has them, not when Vigie has. */
  send(lines: readonly string[]): Promise<void>;
  /** Ends it in order, whatever it still has. */
  stop(): Promise<void>;
}

export interface Sender {
  readonly title: string;
  /** Why it cannot run here. */
  readonly reason?: string | undefined;
  /** `http`: it is told what became of a request; `socket`: it is slowed down at most; `datagram`: not even that; `topic`: Kafka keeps it. */
  readonly road: 'http' | 'socket' | 'datagram' | 'topic';
  /** Of what was answered 429 or 503 it sends nothing again, and says so on its page. */
  readonly givesUp?: boolean;
  /** What stands in the file of sources for it; nothing where a token is enough. */
  readonly sources?: string;
  start(place: Place): Promise<Running>;
}

/** The text of a configuration with the names, ports and paths of a place. */
export function atPlace(text: string, { folder, certificates, ports, broker }: Place): string {
  const names: readonly (readonly [RegExp, string])[] = [
    // rsyslog compares the name alone, and an address is none.
    [/(?<=PermittedPeers=")vigie\.example\b/g, 'localhost'],
    [/\bvigie\.example\b|\b10\.4\.2\.1\b|\b10\.4\.7\.12\b/g, '127.0.0.1'],
    [/\bkafka\.example:9092\b/g, broker ?? 'no.broker:9092'],
    [/\b7410\b/g, String(ports.http)],
    [/\b6601\b/g, String(ports.tcp)],
    [/\b6514\b/g, String(ports.tls)],
    [/\b5514\b/g, String(ports.udp)],
    [/\b12201\b/g, String(ports.gelf)],
    [/\/etc\/vigie\b/g, certificates],
    [/\/var\/(?:log\/dpi|spool\/rsyslog|lib\/otelcol)\b/g, folder],
  ];
  return names.reduce((made, [pattern, value]) => made.replaceAll(pattern, value), text);
}

/** A program that follows `audit.log` of its folder, and what it said last, for whoever finds that nothing came. */
export function following(folder: string, command: string, args: readonly string[], env: NodeJS.ProcessEnv): Running {
  const log = join(folder, 'audit.log');
  mkdirSync(folder, { recursive: true });
  appendFileSync(log, '');
  const said = openSync(join(folder, 'said.log'), 'a');
  const child: ChildProcess = spawn(command, args, { cwd: folder, env, stdio: ['ignore', said, said] });
  closeSync(said);
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()).once('error', () => resolve()));
  return {
    send: async (lines) => appendFileSync(log, lines.map((line) => `${line}\n`).join('')),
    stop: async () => {
      child.kill('SIGTERM');
      await exited;
    },
  };
}

/** A record of Vigie's own format, of an account of its own. */
export function recordOf(account: string): string {
  return JSON.stringify({
    time: '2026-11-28T08:12:03.120Z',
    clinic_id: 'nord',
    actor_id: account,
    action: 'read',
    patient_id: `IPP-${account}-4711`,
  });
}
