import { access } from './events.js';
import { type Attack, outcomeOf } from './attack.js';
import { patienceMs, type Target } from './target.js';

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
    const found = await target.comes(async () => (await Promise.all(thefts.map((one) => openOf(target, one.actor_id)))).every((one) => one >= patients), patienceMs); // prettier-ignore
    if (!found) return { verdict: 'broken', observed: 'the mass access itself was not found' };
    for (const { events, change } of thefts) await target.feed(events.map(change));
    await target.settled();
    const through: string[] = [];
    for (const { how, actor_id } of thefts) {
      const figure = await openOf(target, actor_id);
      const ids = `SELECT incident_id FROM vigie.incident_latest WHERE actor_id = '${actor_id}'`;
      const listed = await target.figure(
        `SELECT uniqExact(patient_id) FROM vigie.incident_patients WHERE incident_id IN (${ids})`,
      );
      if (figure < patients || listed < patients)
        through.push(`${how}: ${figure} of ${patients} patients left, ${listed} listed`);
    }
    return outcomeOf(through, `${thefts.length} ways to change ${patients} records each; every incident has all of its patients`);
  },
};

/** Patients of an account's incidents that still stand. */
async function openOf(target: Target, actor: string): Promise<number> {
  const states = await target.incidentsOf(actor);
  return Math.max(
    0,
    ...states.filter(({ state }) => state !== 'withdrawn' && state !== 'suppressed').map((one) => Number(one['patients'])),
  );
}
