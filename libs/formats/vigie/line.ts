import type { Reading } from '../input-format.js';
import type { Envelope } from '../payload.js';

/**
 * A line that may be an ordinary event in Vigie's own format, for `FastRows.readOwn`: where it lies, and what its envelope adds. Whoever makes
 * one has seen that what wraps it adds nothing else.
 */
export interface OwnLine {
  /** Bytes are valid UTF-8. Of a text the whole counts. */
  readonly line: Buffer | string;
  readonly start: number;
  readonly end: number;
  /** As `lineFieldsOf` makes them. */
  readonly fields: string;
}

/** Whether records of a source are read as they are: whatever its configuration says of clinics, columns and words is for the long way. */
export function readsOwnLines({ format, clinic, columns, values }: Reading): boolean {
  return (format === undefined || format === 'vigie') && !clinic && !columns && !values;
}

/** What needs no escape in JSON, and is what `shortText` makes of it. */
const plain = /^[ !#-[\]-~]{1,128}$/;

/**
 * What an ordinary event takes over from its envelope, as fields of JSON, each behind its comma: its own time and clinic it has. Undefined where
 * the envelope says more than that, or in letters that would have to be looked at.
 */
export function lineFieldsOf({ sourceIp, application, format, groupId }: Envelope): string | undefined {
  if (format !== undefined || groupId !== undefined) return undefined;
  let fields = '';
  if (sourceIp) {
    if (!plain.test(sourceIp)) return undefined;
    fields += `,"source_ip":"${sourceIp}"`;
  }
  if (!application) return fields;
  return plain.test(application) ? `${fields},"application":"${application}"` : undefined;
}

const brace = 0x7b;

/** The line as `OwnLine` where its bytes look like an object, under what its envelope says. */
export function ownLineOf(line: Buffer | string, start: number, end: number, envelope: Envelope): OwnLine | undefined {
  const first = typeof line === 'string' ? line.charCodeAt(start) : line[start];
  if (first !== brace) return undefined;
  const fields = lineFieldsOf(envelope);
  return fields === undefined ? undefined : { line, start, end, fields };
}
