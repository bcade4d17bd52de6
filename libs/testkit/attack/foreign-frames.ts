import { join } from 'node:path';
import { partitionOf, topics } from '#libs/contracts/topics.js';
import { openEmbeddedLog } from '#libs/event-log/embedded/embedded-log.js';
import { embeddedPartitions } from '#libs/event-log/limits.js';
import type { EventLog } from '#libs/event-log/port.js';
import { anAccessRow, anEventId, aPatient } from '../builders.js';
import { massAccess } from './events.js';
import { type Attack, outcomeOf } from './attack.js';
import { services, type Target } from './target.js';

const patients = 60;
const clear = '285057800604877';

/** Whoever can write to the log (a stolen principal of Kafka, a shell as Vigie's user) forges no incident, blinds nobody and breaks nothing. */
export const foreignFrames: Attack = {
  name: 'foreign-frames',
  title:
    'frames that no ingestor wrote, put into the log: an innocent account, clear identifiers, the year 2199, bytes that are no frame',
  lasting: true,
  async run(target) {
    let log: EventLog;
    try {
      log = await openLog(target);
    } catch (cause) {
      return { verdict: 'not tried', observed: `the log cannot be opened from here: ${String(cause)}` };
    }
    const innocent = target.account('innocent');
    const before = services.map((name) => target.vigie.pidOf(name));
    try {
      for (const frame of framesFor(innocent))
        await log.append({ topic: topics.accesses, partition: partitionOf('helix', innocent, embeddedPartitions) }, frame);
      // Every partition gets a row of the far future.
      for (let partition = 0; partition < embeddedPartitions; partition += 1)
        await log.append(
          { topic: topics.accesses, partition },
          lines([forged('future', 0, { time: '2199-12-31T23:00:00.000Z' })]),
        );
    } finally {
      await log.close();
    }
    await target.settled();
    return outcomeOf(
      [...(await seen(target, innocent)), ...ended(target, before)],
      'no incident, nothing in clear, everything runs, and a mass access of now is told on every partition',
    );
  },
};

function openLog({ vigie }: Target): Promise<EventLog> {
  const counts = Object.fromEntries(Object.values(topics).map((topic) => [topic, embeddedPartitions]));
  return openEmbeddedLog({ directory: join(vigie.dataDir, 'log'), topics: counts });
}

async function seen(target: Target, innocent: string): Promise<readonly string[]> {
  const through: string[] = [];
  if ((await target.incidentsOf(innocent)).length > 0) through.push('an incident for an innocent account');
  const stored = await target.figure(`SELECT count() FROM vigie.access_rows WHERE position(toString(tuple(*)), '${clear}') > 0`);
  if (stored > 0) through.push(`an identifier in clear in ${stored} stored rows`);
  const honest = Array.from({ length: 3 * embeddedPartitions }, () => target.account('honest'));
  for (const actor of honest) await target.feed(massAccess(actor, patients));
  const told = async () =>
    (await Promise.all(honest.map((one) => target.incidentsOf(one)))).filter((one) => one.length > 0).length;
  if (!(await target.comes(async () => (await told()) === honest.length)))
    through.push(`afterwards ${await told()} of ${honest.length} mass accesses of now were told`);
  return through;
}

function ended(target: Target, before: readonly (number | undefined)[]): readonly string[] {
  return services.filter((name, at) => target.vigie.pidOf(name) !== before[at]).map((name) => `${name} was ended`);
}

function framesFor(innocent: string): readonly Buffer[] {
  const mass = Array.from({ length: patients }, (_, n) => forged(innocent, n, {}));
  return [
    lines(mass),
    lines([
      forged(innocent, patients, { patient_id: clear }),
      forged(innocent, patients + 1, { extra: JSON.stringify({ note: clear }) }),
    ]),
    Buffer.from([0x28, 0xb5, 0x2f, 0xfd, ...Array(200).fill(0xff)]),
    Buffer.alloc(4096),
    Buffer.from('{"time":'.repeat(1000)),
    Buffer.from(`${'['.repeat(50_000)}\n`),
  ];
}

function forged(actor_id: string, n: number, given: Readonly<Record<string, unknown>>): object {
  return {
    ...anAccessRow({
      actor_id,
      group_id: 'helix',
      patient_id: aPatient(`${actor_id} ${n}`),
      clinic_id: `99000000${n % 3}`,
      event_id: anEventId(`${actor_id} ${n}`),
      time: new Date().toISOString(),
    }),
    ...given,
  };
}

function lines(rows: readonly object[]): Buffer {
  return Buffer.from(rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
}
