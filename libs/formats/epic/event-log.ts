import { accepted, rejected } from '#libs/runtime/outcome.js';
import type { InputFormat } from '../input-format.js';
import { parseLooseTime } from '../loose-time.js';
import type { RecordMapping } from '../record/mapping.js';
import { labelled } from '../siem/labels.js';
import type { Pairs } from '../siem/pairs.js';
import { childrenOf, documentIn, parseXml, type XmlElement } from '../xml/parse-xml.js';
import { attributeOf } from '../xml/paths.js';
import { readEpic } from './read-epic.js';

const startMax = 2048;
/** How Epic writes `Date` and `Time`, which have no zone. */
export const eventLogTime = 'M/d/yyyy h:mm:ss a';

/** What stands in EventLog XML itself; mnemonics are those of Epic's profile. */
export const eventLogMapping: RecordMapping = {
  places: { time: ['@time'], clinic_id: ['@clinic'], categories: ['@category'] },
};

/** Epic's EventLog XML, as it comes in syslog: elements of the event, and a list of mnemonics with values. */
export const epicFormat: InputFormat = {
  name: 'epic',
  kind: 'text',
  recognises: (payload) => payload.kind === 'text' && /<EventLog[\s/>]/.test(payload.text.slice(0, startMax)),
  read: (payload, reading, meter) => {
    if (payload.kind !== 'text') return rejected('not_xml', '', 'an EventLog of Epic must be XML');
    const document = parseXml(documentIn(payload.text), meter);
    if (document.kind === 'rejected') return document;
    if (document.value.name !== 'EventLog') return rejected('other_document', '', 'only an EventLog is taken here');
    const { record, patients } = labelled(pairsOf(document.value));
    const { envelope } = payload;
    const time = timeOf(record, reading.zone, envelope.receivedMs);
    if (time.kind === 'rejected') return time;
    const mnemonic = record['E1Mid'];
    const input = { record: { ...record, ...(time.value !== undefined && { '@time': time.value }) }, envelope, reading, meter };
    return readEpic(input, { ...eventLogMapping, patients }, typeof mnemonic === 'string' ? [mnemonic] : []);
  },
};

function pairsOf(log: XmlElement): Pairs {
  const own = log.children.map(({ name, text }): readonly [string, string] => [name, text.trim()]);
  const mnemonics = childrenOf(log, 'Mnemonics').flatMap((list) => childrenOf(list, 'Mnemonic'));
  return [
    ...own,
    ...mnemonics.flatMap((one) =>
      childrenOf(one, 'Value').map(({ text }): readonly [string, string] => [attributeOf(one, 'Name') ?? '', text.trim()]),
    ),
  ];
}

/** The day and the time of day in the zone of the source; undefined where the header of syslog must say it. */
function timeOf(record: Readonly<Record<string, unknown>>, zone: string, receivedMs: number) {
  const { Date: date, Time: time } = record;
  if (typeof date !== 'string' || typeof time !== 'string') return accepted(undefined);
  const read = parseLooseTime(`${date} ${time}`, { zone, receivedMs, format: eventLogTime });
  return typeof read === 'string' ? rejected('bad_time', 'Time', read) : accepted(read.timeMs);
}
