// syslog/: cases as CEF in RFC 5424, over TLS with octet counting (RFC 5425), for a SIEM that reads lines.
// A line is built here, one a case; the connection is in tls-lines.ts.
import { isIP } from 'node:net';
import type { CaseMessage } from '#libs/contracts/case-message.js';
import type { CaseRow } from '#libs/contracts/case-row.js';
import { printable } from '#libs/contracts/visible-text.js';
import { assertNever } from '#libs/runtime/outcome.js';
import { caseSentence } from '#libs/texts/sentence.js';
import { caseUrl, type Told } from '../told/told.js';

export interface LineContext {
  readonly hostname: string;
  readonly version: string;
  /** 0 to 23. */
  readonly facility: number;
  readonly consoleUrl?: string | undefined;
}

const severities = { informational: 1, low: 3, medium: 5, high: 8, critical: 10 } as const;
/** Of syslog: informational, notice, warning, error, critical. */
const priorities = { informational: 6, low: 5, medium: 4, high: 3, critical: 2 } as const;

/** Lines of a message, without the count of octets: one a case, and one where there is none. */
export function syslogLines(told: Told, context: LineContext): readonly string[] {
  const { message } = told;
  const rows = [...(message.case ? [message.case] : []), ...(message.kind === 'muted_end' ? (message.cases ?? []) : [])];
  if (rows.length === 0)
    return [framed(message, 6, cefOf(message.kind, told.headline, 1, context.version, { msg: told.sentence }), context)];
  return rows.map((row) => {
    const words = printable(row);
    const sentence = message.kind === 'muted_end' ? caseSentence(words, message.at, told.speech) : told.sentence;
    const cef = cefOf(words.rules[0] ?? message.kind, words.title, severities[row.level], context.version, {
      ...fieldsOf(words, message, context),
      msg: sentence,
    });
    return framed(message, priorities[row.level], cef, context);
  });
}

function fieldsOf(
  row: CaseRow,
  { kind, at, change_type }: CaseMessage,
  { consoleUrl }: LineContext,
): Readonly<Record<string, string | number>> {
  return {
    externalId: row.case_id,
    rt: Date.parse(at),
    start: Date.parse(row.first_time),
    end: Date.parse(row.last_time),
    ...subjectOf(row),
    cnt: row.patients,
    cat: change_type ?? kind,
    act: row.status,
    cn1: row.clinics.length,
    cn1Label: 'clinics',
    cn2: row.step,
    cn2Label: 'step',
    cs1: row.clinics.join(','),
    cs1Label: 'clinicIds',
    cs2: row.rules.join(','),
    cs2Label: 'rules',
    deviceFacility: row.group_id,
    request: consoleUrl === undefined ? '' : caseUrl(consoleUrl, row.case_id),
  };
}

function cefOf(
  signature: string,
  name: string,
  severity: number,
  version: string,
  fields: Readonly<Record<string, string | number>>,
): string {
  const header = ['CEF:0', 'Vigie', 'Vigie', version, signature, name, String(severity)];
  const extension = Object.entries(fields)
    .filter(([, value]) => value !== '')
    .map(([key, value]) => `${key}=${inExtension(String(value))}`);
  return `${header.map(inHeader).join('|')}|${extension.join(' ')}`;
}

function inHeader(text: string): string {
  return text.replaceAll(/[\\|]/g, String.raw`\$&`);
}

/** Line ends are written out before, with every other control character; nothing is left of them but this. */
function inExtension(text: string): string {
  return text.replaceAll(/[\\=]/g, String.raw`\$&`);
}

/** RFC 5424 without a byte order mark, which readers of CEF take for a part of it. */
function framed({ kind, at }: CaseMessage, priority: number, cef: string, { facility, hostname }: LineContext): string {
  const host = hostname.replaceAll(/[^\x21-\x7e]/g, '').slice(0, 255) || '-';
  return `<${facility * 8 + priority}>1 ${at} ${host} vigie - ${kind} - ${cef}`;
}

/** `123 <...`: the length in octets, a blank, the line. */
export function octetCounted(line: string): Buffer {
  return Buffer.from(`${Buffer.byteLength(line)} ${line}`);
}

/** Whose it is, under the key that CEF has for it; an address whose name is kept back is none. */
function subjectOf({ subject_kind, actor_id }: CaseRow): Readonly<Record<string, string>> {
  switch (subject_kind) {
    case 'account':
      return { suser: actor_id };
    case 'source_ip':
      return isIP(actor_id) === 0 ? { shost: actor_id } : { src: actor_id };
    case 'device':
      return { shost: actor_id };
    case 'session_id':
      return { cs5: actor_id, cs5Label: 'session' };
    case 'id_block':
      return { cs5: actor_id, cs5Label: 'id_block' };
    case 'clinic_id':
      return { cs5: actor_id, cs5Label: 'clinic_id' };
    default:
      return assertNever(subject_kind);
  }
}
