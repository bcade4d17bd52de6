import { accepted, type Accepted, rejected, type Rejected } from '#libs/runtime/outcome.js';
import type { AccessEvent } from '../event.js';
import type { InputFormat, Reading } from '../input-format.js';
import type { Envelope, Payload } from '../payload.js';
import { formats, formatsOf } from './table.js';

const known = formats.map(({ name }) => name).join(', ');

/**
 * The format that reads a record: as the configuration of its source pins it, else as its sender names it beside the record, else by its
 * structure. Where the configuration decides, by a format or by columns, a sender may name nothing else: it would pass over what the
 * operator has said of clinics, patients and words.
 */
export function formatFor(payload: Payload, reading: Reading): Accepted<InputFormat> | Rejected {
  const { format: named } = payload.envelope;
  const configured = formatByConfiguration(payload, reading);
  if (named === undefined) return configured ? accepted(configured) : unknownFormat();
  const meant = formats.find(({ name }) => name === named);
  if (!meant)
    return rejected(
      'unknown_format',
      'x-format',
      `the sender names a format that is none of ${known}; mend its header x-format, or leave it out`,
    );
  if (!isDecided(reading) || meant === configured) return accepted(meant);
  return configured ? otherFormat(meant, configured) : unknownFormat();
}

/**
 * An event with the group that its sender names beside the record, which is looked at as one inside is. Of two that differ one is wrong,
 * and nobody knows which.
 */
export function ofOneGroup(event: AccessEvent, { groupId }: Envelope): Accepted<AccessEvent> | Rejected {
  if (groupId === undefined || event.groupId === groupId) return accepted(event);
  if (event.groupId === undefined) return accepted({ ...event, groupId });
  return rejected('other_group', 'x-group', 'the record names another group than its header x-group; mend one of them');
}

function formatByConfiguration(payload: Payload, reading: Reading): InputFormat | undefined {
  const { format } = reading;
  if (format !== undefined) return formats.find(({ name }) => name === format);
  for (const one of formatsOf[payload.kind]) if (one.recognises(payload, reading)) return one;
  return undefined;
}

function isDecided({ format, columns, values }: Reading): boolean {
  return (format ?? columns ?? values) !== undefined;
}

function otherFormat(meant: InputFormat, configured: InputFormat): Rejected {
  const detail = `the sender names the format ${meant.name}, and by the configuration of its source the record is read as ${configured.name}; mend one of them`;
  return rejected('other_format', 'x-format', detail);
}

function unknownFormat(): Rejected {
  return rejected('unknown_format', '', `the record is in none of the formats ${known}; name its source's format and columns`);
}
