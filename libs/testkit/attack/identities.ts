import { filesWith } from '#libs/leakcheck/files-with.js';
import { access } from './events.js';
import { type Attack, outcomeOf } from './attack.js';
import type { Target } from './target.js';

/** Of an invented person: an own record number, a national number with its right check digits and with wrong ones, a name. */
const person = {
  record: '0087391462',
  national: '285057800604877',
  mistyped: '285057800604812',
  family: 'Quatrefages',
  given: 'Zephyrine',
};

/** Spellings of a number that a sender may use beside the one that it declares as the patient. */
const spellings: Readonly<Record<string, (text: string) => string>> = {
  plain: (text) => text,
  'in a path': (text) => `/patients/${text}/documents`,
  'percent-encoded': (text) => [...text].map((one) => `%${one.charCodeAt(0).toString(16)}`).join(''),
  base64: (text) => Buffer.from(text).toString('base64'),
  'without its zeros': (text) => text.replace(/^0+/, ''),
  'in groups': (text) => text.replaceAll(/(\d{2})(?=\d)/g, '$1 '),
};

const freeFields = ['session_id', 'device', 'application', 'purpose', 'user_agent', 'auth', 'url', 'comment', 'nss', 'query'];

/** An event for each place and spelling, marked by its place, so that what is found can be named. */
function vigieEvents(actor_id: string): readonly Record<string, unknown>[] {
  const said = { patient_ids: [person.record], actor_id };
  const inFields = freeFields.flatMap((field) =>
    Object.values(spellings).map((spell) => access({ ...said, [field]: spell(person.record) })),
  );
  return [
    ...inFields,
    access({
      ...said,
      extra: { patient: { family: person.family, given: person.given }, comment: `seen by ${person.given} ${person.family}` },
    }),
    access({ ...said, extra: { nss: person.national, [person.record]: true } }),
    access({ ...said, [person.family]: 'a key' }),
    access({ ...said, id: person.record }),
  ];
}

function fhirEvents(): readonly object[] {
  const base = (agent: object) => ({
    resourceType: 'AuditEvent',
    type: { code: 'rest' },
    subtype: [{ code: 'read' }],
    action: 'R',
    recorded: new Date().toISOString(),
    outcome: '0',
    agent: [{ requestor: true, ...agent }],
    source: { observer: { display: 'portal' }, site: '990000001' },
    entity: [{ what: { reference: `Patient/${person.record}` }, role: { code: '1' } }],
  });
  return [
    base({ who: { identifier: { value: person.national } } }),
    base({ who: { identifier: { value: person.mistyped } } }),
    base({ who: { identifier: { system: 'urn:oid:1.2.250.1.213.1.4.8', value: person.national } } }),
    base({ who: { type: 'Patient', display: `${person.given} ${person.family}` } }),
    base({ who: { reference: 'RelatedPerson/1', display: `${person.given} ${person.family}` } }),
    base({ who: { reference: `Patient/${person.record}` }, name: `${person.given} ${person.family}` }),
    base({ altId: person.national }),
  ];
}

/** What must not be found: the numbers in every spelling that a person, or a single call of a decoder, reads; the name. */
const needles = [
  ...Object.values(spellings).map((spell) => spell(person.record)),
  person.national,
  person.mistyped,
  person.family,
  person.given,
];

/** Vigie must not become the next leak: identifiers end at the ingestor, wherever and however a feed writes them. */
export const identities: Attack = {
  name: 'identities',
  title:
    'numbers and names of patients in every field of a feed and in several spellings, looked for in the log, the store, snapshots, logs and webhooks',
  quick: true,
  async run(target) {
    const actor = target.account('leaky');
    for (const event of vigieEvents(actor)) await target.feed([event]);
    for (const event of fhirEvents()) await target.post('/fhir/AuditEvent', 'application/fhir+json', JSON.stringify(event));
    await target.settled();
    const found = [...inFiles(target), ...(await inStore(target)), ...inWebhooks(target)];
    return outcomeOf(
      [...new Set(found)],
      `${vigieEvents(actor).length + fhirEvents().length} events, ${needles.length} spellings looked for`,
    );
  },
};

function inFiles({ vigie: { dataDir } }: Target): readonly string[] {
  return needles.flatMap((needle) =>
    filesWith(dataDir, needle).map((path) => `"${needle}" in ${path.slice(dataDir.length + 1).replace(/\/store\/.*/, '')}`),
  );
}

/** Columns are compressed on the disk: the engine is asked for every text that it holds. */
async function inStore(target: Target): Promise<readonly string[]> {
  const tables = ['access_rows', 'quarantine_rows', 'incident_states', 'notification_attempts', 'lists'];
  const found: string[] = [];
  for (const table of tables) {
    const conditions = needles.map((needle) => `if(position(line, '${needle}') > 0, '${needle}', '')`);
    const rows = await target.vigie.sql(
      `SELECT DISTINCT arrayJoin(arrayFilter(one -> one != '', [${conditions.join(', ')}])) AS needle FROM (SELECT toString(tuple(*)) AS line FROM vigie.${table})`,
    );
    found.push(...rows.map(({ needle }) => `"${String(needle)}" in ${table}`));
  }
  return found;
}

function inWebhooks({ ear }: Target): readonly string[] {
  return needles.filter((needle) => ear.bodies.some((body) => body.includes(needle))).map((needle) => `"${needle}" in a webhook`);
}
