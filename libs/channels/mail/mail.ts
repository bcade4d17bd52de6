// mail/: one thread a case, in text and in HTML without anything that a mail program would fetch.
// nodemailer builds and sends; what is in a header was cleaned before.
import type { CaseMessage } from '#libs/contracts/case-message.js';
import { textsOf } from '#libs/texts/words.js';
import type { Told } from '../told/told.js';

/** Cases that a mail lists. */
const listedMax = 200;
const subjectMax = 200;

export interface MailAddresses {
  readonly from: string;
  readonly to: readonly string[];
}

/** A mail before it is written as MIME: what nodemailer takes. */
export interface Mail {
  readonly from: { readonly name: string; readonly address: string };
  readonly to: { readonly name: string; readonly address: string }[];
  readonly subject: string;
  readonly messageId: string;
  readonly inReplyTo?: string;
  readonly references?: string;
  readonly date: Date;
  readonly headers: Record<string, string>;
  readonly text: string;
  readonly html: string;
}

/**
 * The mail of a message: the same for the same message, with a `Message-ID` of its `send_id`. It refers to an id of the case that no mail
 * has: mail programs gather what refers to the same, whichever came first.
 */
export function mailOf(told: Told, { from, to }: MailAddresses): Mail {
  const { message, headline } = told;
  const host = from.slice(from.lastIndexOf('@') + 1);
  const thread = threadOf(message, host);
  return {
    from: { name: 'Vigie', address: from },
    to: to.map((address) => ({ name: '', address })),
    subject: cutLine(`Vigie: ${headline}`),
    messageId: `<${message.send_id}@${host}>`,
    ...(thread !== undefined && { inReplyTo: thread, references: thread }),
    date: new Date(message.at),
    headers: headersOf(message, host),
    text: textOf(told),
    html: htmlOf(told),
  };
}

function threadOf({ kind, case: row }: CaseMessage, host: string): string | undefined {
  return row && kind !== 'digest' && kind !== 'test' ? `<${row.case_id}@${host}>` : undefined;
}

/** Words of ours and hexadecimal digits only: nothing that came from a feed. */
function headersOf({ kind, case: row }: CaseMessage, host: string): Record<string, string> {
  return {
    // RFC 3834: no holiday notes in answer, and no loops.
    'Auto-Submitted': 'auto-generated',
    'X-Auto-Response-Suppress': 'All',
    'List-Id': `<vigie.${host}>`,
    'X-Vigie-Kind': kind,
    ...(row && { 'X-Vigie-Case': row.case_id, 'X-Vigie-Level': row.level }),
  };
}

function textOf(told: Told): string {
  const { headline, sentence, facts, url, open, speech } = told;
  const texts = textsOf(speech.locale);
  const blocks = [
    headline,
    sentence,
    told.lines(listedMax).join('\n'),
    facts.map(([name, value]) => texts.label(name, value)).join('\n'),
    told.heads.join('\n'),
    url === undefined ? '' : `${texts.label(open, url)}`,
    texts.foot,
  ];
  return `${blocks.filter(Boolean).join('\n\n')}\n`;
}

function htmlOf(told: Told): string {
  const { headline, sentence, facts, url, open, speech } = told;
  const rows = facts.map(([name, value]) => `<tr><th align="left">${escaped(name)}</th><td>${escaped(value)}</td></tr>`);
  const lines = told.lines(listedMax).map((line) => `<li>${escaped(line)}</li>`);
  return [
    `<!doctype html><html lang="${speech.locale}"><head><meta charset="utf-8"><title>${escaped(headline)}</title></head><body>`,
    `<p><strong>${escaped(headline)}</strong></p>`,
    `<p>${escaped(sentence)}</p>`,
    lines.length > 0 ? `<ul>${lines.join('')}</ul>` : '',
    rows.length > 0 ? `<table>${rows.join('')}</table>` : '',
    headsHtml(told.heads),
    url === undefined ? '' : `<p><a href="${escaped(url)}">${escaped(open)}</a></p>`,
    `<p><small>${escaped(textsOf(speech.locale).foot)}</small></p>`,
    '</body></html>',
  ]
    .filter(Boolean)
    .join('\n');
}

function headsHtml([why, ...heads]: readonly string[]): string {
  return why === undefined ? '' : `<p>${escaped(why)}<br><code>${heads.map(escaped).join('<br>')}</code></p>`;
}

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

function escaped(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => entities[character] ?? '');
}

function cutLine(text: string): string {
  return text.length <= subjectMax ? text : `${text.slice(0, subjectMax - 1).replace(/[\ud800-\udbff]$/, '')}…`;
}
