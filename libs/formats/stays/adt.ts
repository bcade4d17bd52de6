import { accepted, type Accepted, rejected, type Rejected } from '#libs/runtime/outcome.js';
import { byIdentifier } from '../fhir/patient-reference.js';
import { chooseIdentifier } from '../identity.js';
import type { Reading } from '../input-format.js';
import { parseLooseTime } from '../loose-time.js';
import type { Stay } from './stay.js';

/** Events of HL7 v2 that say something of a stay, and whether it has not begun, or is none. */
const events: ReadonlyMap<string, 'active' | 'planned' | 'cancelled'> = new Map([
  ['A01', 'active'], ['A02', 'active'], ['A03', 'active'], ['A04', 'active'], ['A05', 'planned'], ['A06', 'active'], ['A07', 'active'], ['A08', 'active'],
  ['A11', 'cancelled'], ['A12', 'active'], ['A13', 'active'], ['A14', 'planned'], ['A27', 'cancelled'], ['A38', 'cancelled'],
] as const); // prettier-ignore

/** Events about persons and registers without a stay: taken, and nothing follows. */
const without: ReadonlySet<string> = new Set([
  'A18',
  'A24',
  'A28',
  'A29',
  'A30',
  'A31',
  'A34',
  'A35',
  'A36',
  'A37',
  'A40',
  'A47',
]);

/** Whether bytes begin as messages of HL7 v2 do, or as a file or a batch of them. */
export function isHl7(text: string): boolean {
  return /^[\s\p{Cc}\uFEFF]*(?:MSH|FHS|BHS)[|^~\\&!#$%]/u.test(text);
}

/** The messages of a file or a body: each begins with MSH; frames of MLLP, and heads and ends of batches, are left out. */
export function messagesOf(text: string): readonly string[] {
  const lines = text.split(/(?:[^\P{Cc}\t]|\uFEFF)+/u).filter((line) => /^[A-Z][A-Z0-9]{2}\W/.test(line));
  const messages: string[][] = [];
  for (const line of lines) {
    if (line.startsWith('MSH')) messages.push([]);
    messages.at(-1)?.push(line);
  }
  return messages.map((message) => message.join('\r'));
}

/** The stay of an ADT message; `undefined` for one that says none. Values are never quoted. */
export function adtStay(message: string, reading: Reading, receivedMs: number): Accepted<Stay | undefined> | Rejected {
  const segments = message.split('\r');
  const header = segments[0] ?? '';
  const [field = '|', component = '^', repetition = '~', , part = '&'] = header.slice(3, 8);
  const plain = (text: string) => text.replaceAll(component, '^').replaceAll(part, '&');
  const fieldsOf = (name: string): readonly string[] => {
    const fields = segments.find((segment) => segment.startsWith(`${name}${field}`))?.split(field) ?? [];
    return name === 'MSH' ? [name, field, ...fields.slice(1)] : fields;
  };
  const [type, named] = (fieldsOf('MSH')[9] ?? '').split(component);
  const event = named || (fieldsOf('EVN')[1] ?? '');
  if (type !== 'ADT') return rejected('not_a_stay', 'MSH-9', 'a stay comes in a message of the type ADT');
  if (without.has(event)) return accepted(undefined);
  const kind = events.get(event);
  if (!kind) return rejected('not_a_stay', 'MSH-9', 'this event of ADT is not read: A01 to A08, A11 to A14, A27 and A38 are');
  const visit = fieldsOf('PV1');
  const person = fieldsOf('PID');
  const numbers = (person[3] || person[2] || '').split(repetition).flatMap((one) => byIdentifier({ value: plain(one) }) ?? []);
  const [first] = numbers;
  if (!first) return rejected('unreadable_patient', 'PID-3', 'the message names no patient');
  const [number, , , assigner] = (visit[19] ?? '').split(component);
  const [facility = ''] = (fieldsOf('MSH')[4] ?? '').split(component);
  const [site = ''] = ((visit[3] ?? '').split(component)[3] ?? '').split(part);
  const [account] = (person[18] ?? '').split(component);
  const id = isSaid(number) ? number : isSaid(account) ? `account ${account}` : undefined;
  // One interface engine sends for several hospitals, of which each numbers its visits from one.
  const whose = assigner || facility;
  if (id === undefined)
    return rejected(
      'missing_field',
      'PV1-19',
      'the message has neither a number of the visit nor one of the account (PID-18), by which a later version would take its place',
    );
  const timeOf = (text: string | undefined): number | string | undefined => {
    if (!text || text === '""') return undefined;
    const read = parseLooseTime(text.split(component)[0], { zone: reading.zone, receivedMs });
    return typeof read === 'string' ? read : read.timeMs;
  };
  const begin = timeOf(visit[44]) ?? timeOf(fieldsOf('PV2')[8]) ?? timeOf(fieldsOf('EVN')[6]) ?? timeOf(fieldsOf('EVN')[2]);
  const isOver = event === 'A03';
  const end =
    event === 'A13'
      ? undefined
      : (timeOf(visit[45]) ?? (isOver ? (timeOf(fieldsOf('EVN')[6]) ?? timeOf(fieldsOf('EVN')[2])) : undefined));
  if (typeof begin !== 'number') return rejected('bad_time', 'PV1-44', `begin: ${begin ?? 'the message says none'}`);
  if (typeof end === 'string') return rejected('bad_time', 'PV1-45', `end: ${end}`);
  return accepted({
    id: `ADT ${whose ? `${whose} ` : ''}${id}`,
    patient: reading.authorities.length > 0 ? chooseIdentifier(numbers, reading.authorities) : { id: first.id },
    clinicId: site || facility,
    beginMs: begin,
    ...(end !== undefined && { endMs: Math.max(begin, end) }),
    isPlanned: kind === 'planned',
    isCancelled: kind === 'cancelled',
  });
}

/** `""` says that what was there is there no more. */
function isSaid(text: string | undefined): text is string {
  return text !== undefined && text !== '' && text !== '""';
}
