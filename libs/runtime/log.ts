import { type DestinationStream, type LoggerOptions, pino } from 'pino';
import { printableLines } from '#libs/contracts/visible-text.js';
import { LogOutput } from './files/log-output.js';
import { isError } from './outcome.js';

/**
 * Every field that a log line may carry. One list, so that nobody logs a row, a body or a patient by habit: what is not here does not
 * compile.
 */
export interface LogFields {
  readonly topic?: string;
  readonly partition?: number;
  readonly offset?: number;
  readonly rows?: number;
  readonly frames?: number;
  readonly bytes?: number;
  /** Milliseconds that something took. */
  readonly tookMs?: number;
  readonly attempt?: number;
  readonly waitMs?: number;
  readonly source?: string;
  readonly groupId?: string;
  readonly reason?: string;
  readonly field?: string;
  readonly count?: number;
  readonly incidentId?: string;
  readonly changeId?: string;
  readonly caseId?: string;
  /** Of an assistant's question. */
  readonly tool?: string;
  /** Where a chain of the audit stands. */
  readonly auditHead?: string;
  readonly sendId?: string;
  /** Why a receiver is told of a case. */
  readonly kind?: string;
  readonly policy?: string;
  /** Which clock of the law, of which legal entity, and when it ends. */
  readonly clock?: string;
  readonly controller?: string;
  readonly dueAt?: string;
  readonly schedule?: string;
  readonly changeType?: string;
  /** Patients of an incident: a figure, never a list. */
  readonly patients?: number;
  /** How many of them had been read when its first rule fired, and when it was told. */
  readonly patientsAtFiring?: number;
  readonly patientsAtDetection?: number;
  /** `live` or `late`, and how late the access that completed it came, in seconds. */
  readonly found?: string;
  readonly lateSeconds?: number;
  readonly level?: string;
  readonly step?: number;
  /** Name of a webhook or other receiver, never its URL with credentials. */
  readonly endpoint?: string;
  readonly status?: number;
  readonly url?: string;
  /** Of a machine that sends records. */
  readonly address?: string;
  readonly path?: string;
  readonly port?: number;
  readonly pid?: number;
  readonly code?: number | string;
  readonly signal?: string;
  /** Only `message` and, for bugs, the stack are written. */
  readonly cause?: unknown;
}

export interface Log {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
}

/** One JSON object a line on standard output, or on `out`: `{"level","time","service","message",...}`, with `worker` where several processes of the service run. */
export function createLog(service: string, level: string, out?: DestinationStream, worker?: number): Log {
  const options: LoggerOptions = {
    level,
    base: worker === undefined ? { service } : { service, worker },
    messageKey: 'message',
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
    // JSON escapes a part of what a terminal obeys; the line stays the same JSON.
    hooks: { streamWrite: (line) => printableLines(line) },
  };
  const logger = pino(options, out ?? standardOutput(service));
  const write =
    (method: 'debug' | 'info' | 'warn' | 'error') =>
    (message: string, { cause, ...fields }: LogFields = {}) =>
      logger[method](cause === undefined ? fields : { ...fields, cause: describe(cause) }, message);
  return { debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error') };
}

/** One for each process: what waits is written at its end. */
let standard: LogOutput | undefined;

function standardOutput(service: string): DestinationStream {
  standard ??= LogOutput.standard((count) => {
    const message = 'lines of this log were left out, since what they go to could not take them';
    return `${JSON.stringify({ level: 'error', time: new Date().toISOString(), service, count, message })}\n`;
  });
  return standard;
}

/** For tests and tools: says nothing. */
export const silentLog: Log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

/** Errors of the language: they tell where the code is wrong by their stack alone, and quote what it was given, which may be anything. */
const bugs: ReadonlySet<string> = new Set(['TypeError', 'RangeError', 'ReferenceError', 'SyntaxError', 'URIError']);

/** Where a message of the language begins to quote: at a quote, a digit, a colon, a slash, or the value that a number cannot be made of. */
const quoting = /["'`\d:/].*|(?<=^Cannot convert ).*/s;

function describe(cause: unknown): string {
  if (!isError(cause)) return String(cause);
  if (!bugs.has(cause.name)) return cause.message;
  const places = (cause.stack ?? '').split('\n').filter((line) => /^ +at /.test(line));
  return [`${cause.name}: ${cause.message.replace(quoting, '…')}`, ...places].join('\n');
}
