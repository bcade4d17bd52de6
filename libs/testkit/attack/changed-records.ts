import { access } from './events.js';
import { type Attack, outcomeOf } from './attack.js';
import { literal, patienceMs, type Target } from './target.js';

type Event = Readonly<Record<string, unknown>>;

const patients = 60;
const dayMs = 86_400_000;

/** What a thief would make of the records of his own theft. */
const changes: Readonly<Record<string, (event: Event) => Event>> = {
  'another action': (event) => ({ ...event, action: 'other' }),
  'a failure': (event) => ({ ...event, outcome: 'failure' }),
  'another day': (event) => ({ ...event, time: new Date(Date.parse(String(event['time'])) - 3 * dayMs).toISOString() }),
  'another account': (event) => ({ ...event, actor_id: 'somebody.else' }),
  'one clinic': (event) => ({ ...event, clinic_id: '990000001' }),
  'no patient': (event) => ({ ...event, patient_ids: [] }),
  'one patient': (event) => ({ ...event, patient_ids: ['same'] }),
  'another record count': (event) => ({ ...event, record_count: 0, action: 'other', outcome: 'failure' }),
};

/** Evidence cannot be rewritten: what was acknowledged stays, and no later version of a record takes back what an earlier one proved. */
export const changedRecords: Attack = {
  name: 'changed-records',
  title: 'the records of a mass access sent again under their ids with another content, to have its incident withdrawn',
  quick: true,
  async run(target) {
    const thefts = Object.entries(changes).map(([how, change]) => {
      const actor_id = target.account('changed');
      return {
        how,
        change,
        actor_id,
        events: Array.from({ length: patients }, (_, n) => access({ actor_id, patient_ids: [`${actor_id}/${n}`] })),
      };
    });
    for (const { events } of thefts) await target.feed(events);
    const found = await target.comes(async () => {
      const open = await openOf(target, thefts);
      return thefts.every(({ actor_id }) => (open.get(actor_id) ?? 0) >= patients);
    }, patienceMs);
    if (!found) return { verdict: 'broken', observed: 'the mass access itself was not found' };
    for (const { events, change } of thefts) await target.feed(events.map(change));
    await target.settled();
    const through: string[] = [];
    const [open, lists] = [await openOf(target, thefts), await listedOf(target, thefts)];
    for (const { how, actor_id } of thefts) {
      const [figure, listed] = [open.get(actor_id) ?? 0, lists.get(actor_id) ?? 0];
      if (figure < patients || listed < patients)
        through.push(`${how}: ${figure} of ${patients} patients left, ${listed} listed`);
    }
    return outcomeOf(through, `${thefts.length} ways to change ${patients} records each; every incident has all of its patients`);
  },
};

type Thefts = readonly { readonly actor_id: string }[];

/** Patients of each account's incidents that still stand; the most of one. All are asked for at once: a list of a few patients costs what a question costs. */
async function openOf(target: Target, thefts: Thefts): Promise<ReadonlyMap<string, number>> {
  const rows = await target.vigie.sql(
    `SELECT actor_id, max(patients) AS n FROM vigie.incident_latest WHERE actor_id IN (${namesOf(thefts)}) AND state NOT IN ('withdrawn', 'suppressed') GROUP BY actor_id`,
  );
  return new Map(rows.map(({ actor_id, n }) => [String(actor_id), Number(n)]));
}

/** How many patients the lists of each account's incidents name. */
async function listedOf(target: Target, thefts: Thefts): Promise<ReadonlyMap<string, number>> {
  const incidents = await target.vigie.sql(
    `SELECT incident_id, actor_id FROM vigie.incident_latest WHERE actor_id IN (${namesOf(thefts)})`,
  );
  const owners = new Map(incidents.map(({ incident_id, actor_id }) => [String(incident_id), String(actor_id)]));
  const lines = await target.vigie.sql(
    `SELECT incident_id, patient_id FROM vigie.incident_patients WHERE incident_id IN (${[...owners.keys()].map(literal).join()})`,
  );
  const named = Map.groupBy(lines, ({ incident_id }) => owners.get(String(incident_id)) ?? '');
  return new Map([...named].map(([actor, own]) => [actor, new Set(own.map(({ patient_id }) => patient_id)).size]));
}

function namesOf(thefts: Thefts): string {
  return thefts.map(({ actor_id }) => literal(actor_id)).join();
}
