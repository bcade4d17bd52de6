// channels/: how people and their systems are told of a case, a folder a kind of receiver. Each has a pure builder, from what is told
// to a request, mail or line, and a thin sender whose answers are verdicts. Only the notifier and `vigie notify test` send.
import type { CaseMessage, MessageKind } from '#libs/contracts/case-message.js';
import type { CaseRow } from '#libs/contracts/case-row.js';
import type { EventLog } from '#libs/event-log/port.js';
import type { Clock } from '#libs/runtime/clock.js';
import type { Log } from '#libs/runtime/log.js';
import type { HttpPost } from './http/http-post.js';
import type { Verdict } from './http/verdict.js';
import type { Manner, Told } from './told/told.js';

/** What every channel is made with. */
export interface ChannelTools {
  readonly clock: Clock;
  readonly http: HttpPost;
  /** Where findings are appended. */
  readonly log: Pick<EventLog, 'append' | 'partitions'>;
  /** Where receivers of type log write. */
  readonly logger: Log;
  /** Makes the digits of masked accounts: at least 16 secret bytes, the same for every process of an installation. */
  readonly maskKey: Uint8Array;
  readonly consoleUrl?: string | undefined;
  /** How this machine calls itself to others. */
  readonly hostname: string;
  /** Of Vigie. */
  readonly version: string;
}

/** Sends what one receiver is told. */
export interface Sender {
  /** One attempt. Answers are verdicts; nothing is thrown but bugs. Ends by itself when the signal aborts. */
  send(told: Told, signal: AbortSignal): Promise<Verdict>;
  /**
   * Only of receivers that forget: says again which cases are still open, every `resendEveryMs`. The cases are all that are not resolved,
   * as they stand; `clocks` are the last messages of clocks that are still running.
   */
  resend?(cases: readonly CaseRow[], signal: AbortSignal, clocks?: readonly CaseMessage[]): Promise<Verdict>;
}

/** A receiver that messages can be sent to. */
export interface OpenChannel {
  readonly name: string;
  /** Whether this receiver can be told of the kind: a list of cases is for people, not for a pager. */
  takes(kind: MessageKind): boolean;
  /** On the terms of `Sender.send`. A kind that it does not take is refused, and nothing is sent. */
  send(message: CaseMessage, signal: AbortSignal): Promise<Verdict>;
  resend?(cases: readonly CaseRow[], signal: AbortSignal, clocks?: readonly CaseMessage[]): Promise<Verdict>;
}

/** What a sender needs of its receiver besides its own keys. */
export type SenderTools = ChannelTools & { readonly manner: Manner };
