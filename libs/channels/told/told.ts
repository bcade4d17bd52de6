import type { CaseMessage } from '#libs/contracts/case-message.js';
import type { CaseRow } from '#libs/contracts/case-row.js';
import { printable } from '#libs/contracts/visible-text.js';
import { factsOf, headlineOf, listLines, messageSentence, type Speech } from '#libs/texts/sentence.js';
import { textsOf } from '#libs/texts/words.js';
import { type ActorView, shownRow, shownTo } from './actor-name.js';

/** How one receiver is spoken to. */
export interface Manner extends Speech {
  readonly actor: ActorView;
  /** Makes the digits of masked accounts. */
  readonly maskKey: Uint8Array;
  /** Where the console is, without a slash at its end; undefined where there is none, and then there is no link. */
  readonly consoleUrl?: string | undefined;
}

/** What one receiver is told. The message may be sent as it is; the words hold no control character and no line end. */
export interface Told {
  readonly message: CaseMessage;
  readonly speech: Speech;
  /** One line, the same for all messages of a case. */
  readonly headline: string;
  readonly sentence: string;
  readonly facts: readonly (readonly [string, string])[];
  /** A line per case of a digest. */
  readonly lines: (listMax: number) => readonly string[];
  /** Where the chains of the audit stand, with what they are for; empty for all but a digest that has them. For mails. */
  readonly heads: readonly string[];
  /** Of the case's page. It only shows: no link acts, because whatever scans mail follows links. */
  readonly url: string | undefined;
  /** Words of that link. */
  readonly open: string;
}

/** The same for the same message and manner: a replay tells in the same words. */
export function told(message: CaseMessage, manner: Manner): Told {
  const { actor, maskKey, consoleUrl, locale, timezone } = manner;
  const speech = { locale, timezone };
  const shown = shownTo(message, actor, maskKey);
  // Names come from feeds: what would move a cursor, end a header or hide is written out.
  const words = printable(shown);
  return {
    message: shown,
    speech,
    headline: headlineOf(words, speech),
    sentence: messageSentence(words, speech),
    facts: words.case && message.kind !== 'digest' ? factsOf(words.case, message.at, speech) : [],
    lines: (listMax) => listLines(words, speech, listMax),
    heads: message.audit_heads?.length ? [textsOf(locale).auditHeads, ...message.audit_heads] : [],
    url: consoleUrl === undefined || !message.case ? undefined : caseUrl(consoleUrl, message.case.case_id),
    open: textsOf(locale).open,
  };
}

export function caseUrl(consoleUrl: string, caseId: string): string {
  return `${consoleUrl}/cases/${caseId}`;
}

/** A case as a receiver may see it, for what is sent again without a message. */
export function toldRow(row: CaseRow, { actor, maskKey }: Manner): CaseRow {
  return shownRow(row, actor, maskKey);
}
