import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { access, massAccess } from './events.js';
import { type Attack, outcomeOf } from './attack.js';
import { patienceMs } from './target.js';

const hidden = [
  '\u200b',
  '\u200d',
  '\u2060',
  '\ufeff',
  '\u00ad',
  '\u202e',
  '\u202d',
  '\u2066',
  '\u061c',
  '\ufe0f',
  '\u{e0041}',
  '\u3164',
  '\u034f',
  '\u180e',
];
const patients = 60;

/** A name that looks the same is the same: nobody reads by halves. */
export const splitNames: Attack = {
  name: 'split-names',
  title: 'a mass access under one name, written each time with another character that cannot be seen, or composed otherwise',
  quick: true,
  async run(target) {
    const name = `Zoë ${target.account('split')}`;
    const variants = [
      name,
      name.normalize('NFD'),
      name.replace(' ', '\u00a0'),
      ...hidden.flatMap((one) => [`${one}${name}`, `Zoë${one}${name.slice(3)}`, `${name}${one}`]),
    ];
    const events = Array.from({ length: patients }, (_, n) =>
      access({ actor_id: variants[n % variants.length], patient_ids: [`${name}/${n}`] }),
    );
    const { accepted, text } = await target.feed(events);
    await target.comes(
      async () => (await target.figure(`SELECT max(patients) FROM vigie.incident_latest WHERE actor_id = '${name}'`)) >= accepted,
    );
    const names = await target.figure(
      `SELECT uniqExact(actor_id) FROM vigie.access_rows WHERE actor_id LIKE '%${name.slice(4)}%'`,
    );
    const figure = await target.figure(`SELECT max(patients) FROM vigie.incident_latest WHERE actor_id = '${name}'`);
    const through = [
      ...(names > 1 ? [`${names} accounts of one name`] : []),
      ...(figure < accepted ? [`${figure} of ${accepted} patients counted`] : []),
      ...(accepted === 0 ? [text.slice(0, 100)] : []),
    ];
    return outcomeOf(through, `${variants.length} spellings, one account with ${figure} patients`);
  },
};

/** What terminals obey: colours and titles by escapes, erased lines, answers asked for, directions, and lines of its own. */
const orders = ['\u202e', '\u2066', '\u200b', '\u2028', '\u{e0041}', '\u00ad'];
const controls = ['\u001b[2J', '\u001b]0;owned\u0007', '\u009b1A', '\u001b[6n', '\r', '\b', '\u0085', '\n'];

/** Nothing that a feed writes gives orders to the terminal of an analyst. */
export const terminalOrders: Attack = {
  name: 'terminal-orders',
  title: 'escapes, controls and directions in names and texts of events, shown by vigie why and vigie explain and in the logs',
  quick: true,
  async run(target) {
    const hostile = [...controls, ...orders].join('x');
    const actor = target.account('hostile');
    await target.feed(
      massAccess(actor, patients, { application: hostile, session_id: hostile, device: hostile, actor_role: hostile }),
    );
    // FHIR takes names of several lines.
    const agent = { who: { display: `fhir${hostile}` }, requestor: true };
    const audit = {
      resourceType: 'AuditEvent',
      action: 'R',
      recorded: new Date().toISOString(),
      outcome: '0',
      agent: [agent],
      source: { observer: { display: hostile }, site: hostile },
      entity: [{ what: { reference: 'Patient/1' } }],
    };
    await target.post('/fhir/AuditEvent', 'application/fhir+json', JSON.stringify(audit));
    await target.comes(async () => (await target.incidentsOf(actor)).length > 0, patienceMs);
    const [incident] = await target.incidentsOf(actor);
    const id = String(incident?.['incident_id']);
    const printed: Record<string, string> = {};
    for (const format of ['table', 'json', 'ndjson'])
      printed[`vigie why --format ${format}`] = await target.command('why', id, '--format', format);
    printed['vigie explain'] = await target.command('explain', actor, '--group', 'helix');
    printed['vigie explain of nobody'] = await target.command('explain', `nobody${hostile}`, '--group', 'helix');
    printed['vigie why of nothing'] = await target.command('why', hostile);
    const logs = join(target.vigie.dataDir, 'logs');
    for (const name of readdirSync(logs)) printed[name] = readFileSync(join(logs, name), 'utf8');
    const obeyed = /(?!\n)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{DI}]/u;
    const through = Object.entries(printed).flatMap(([where, text]) =>
      obeyed.test(text) ? [`${where} prints U+${obeyed.exec(text)?.[0].codePointAt(0)?.toString(16)}`] : [],
    );
    if (!printed['vigie why --format table']?.includes(actor))
      through.push(`vigie why shows nothing: ${printed['vigie why --format table']?.slice(0, 80)}`);
    return outcomeOf(through, `${controls.length + orders.length} orders, ${Object.keys(printed).length} outputs without one`);
  },
};
