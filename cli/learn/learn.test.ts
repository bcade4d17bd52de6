import { describe, expect, it } from '@jest/globals';
import { aMonday, anAccessRow, anEventId, aPatient } from '#libs/testkit/builders.js';
import { aRule } from '#libs/testkit/a-rule.js';
import { habitRecord } from '#libs/contracts/habits/habit-record.js';
import { habitsTopic, madeTopics, partitionCountOf } from '#libs/contracts/topics.js';
import { habitRulesOf, type Selection } from '#libs/detection/rule/rule.js';
import { createMemoryLog, type MemoryLog } from '#libs/event-log/memory/memory-log.js';
import { lineOf, recordOfDay } from '#libs/habits/habit-rows.js';
import { silentLog } from '#libs/runtime/log.js';
import { Metrics } from '#libs/runtime/metrics.js';
import { FakeClock } from '#libs/testkit/fake-clock.js';
import { SeededRandom } from '#libs/testkit/hospital/random.js';
import { HabitBook } from '#services/scorer/habits/habit-book.js';
import { KnownDays } from './known-days.js';
import { learnDays } from './learn.js';
import { DayLearning } from './learn-days.js';

const dayMs = 86_400_000;
const midnight = Math.floor(aMonday / dayMs) * dayMs;
const firstDay = midnight / dayMs;
const selection: Selection = { id: 'a'.repeat(32), fields: ['action'], matches: (row) => row.action === 'read', sql: '' };
const rules = [aRule({ id: 'unlinked', selection, atLeast: 8, timespanMs: dayMs, habit: { weight: 1, scale: 'volume' } })];
const [habitRule] = habitRulesOf(rules);
const habits = { falseIncidentsPerWeek: 1, zone: 'Europe/Paris' };
const accounts = Array.from({ length: 25 }, (_, index) => `nurse.${index}`);

describe('vigie learn', () => {
  it('gives each account and day its largest count, whatever the frames, and thresholds from the next model on', async () => {
    const log = aLog();
    const outcome = await learn(log, 12, 700);
    expect(outcome).toEqual({ published: 25 * 12, known: 0, accounts: 25, told: 0 });
    const other = aLog();
    await learn(other, 12, 17);
    expect(recordsOf(other)).toEqual(recordsOf(log));
    const book = new HabitBook(
      { rules: habitRulesOf(rules), ...habits },
      { log, clock: new FakeClock(), logger: silentLog, metrics: new Metrics('scorer'), group: 'a', failed },
    );
    await book.start();
    const line = JSON.stringify(anAccessRow({ time: new Date(midnight + 14 * dayMs + 9 * 3_600_000).toISOString() }));
    await book.before({ bytes: Buffer.from(`${line}\n`) });
    const leasts = accounts.map((key) => (habitRule ? book.habits.least(habitRule, 'helix', key, firstDay + 14, []) : Infinity));
    expect(leasts.every((least) => least >= 8 && least < 60)).toBe(true);
    await book.stop();
  });

  it('does not learn what it would have told', async () => {
    const log = aLog();
    const { told } = await learn(log, 12, 700, (actor, day) => (actor === 'nurse.4' && day === 10 ? 120 : 0));
    // A window of a day reaches into the morning after.
    expect(told).toBe(2);
    const days = recordsOf(log).flatMap((record) =>
      record.type === 'habit.day' && record.told ? [[record.key, record.day]] : [],
    );
    expect(days).toEqual([
      ['nurse.4', firstDay + 10],
      ['nurse.4', firstDay + 11],
    ]);
  });

  it('leaves out days that scorers have said themselves', async () => {
    const log = aLog();
    const live = {
      groupId: 'helix',
      subject: 'account',
      key: 'nurse.1',
      day: firstDay + 9,
      role: 'nurse',
      kind: '',
      most: {},
      told: false,
    } as const;
    await log.append({ topic: habitsTopic, partition: 0 }, Buffer.from(lineOf(recordOfDay(live))));
    expect(await learn(log, 12, 700)).toMatchObject({ published: 25 * 9, known: 25 * 3 });
  });
});

function failed(cause: unknown): never {
  throw cause;
}
function aLog(): MemoryLog {
  return createMemoryLog({ topics: Object.fromEntries(madeTopics.map((topic) => [topic, partitionCountOf(topic, 1)])) });
}
function recordsOf(log: MemoryLog) {
  return log
    .frames({ topic: habitsTopic, partition: 0 })
    .flatMap((bytes) => bytes.toString().split('\n').filter(Boolean))
    .map((line) => habitRecord.parse(JSON.parse(line)));
}

/** Learns a past of so many days, handed over in frames of so many rows. */
async function learn(log: MemoryLog, days: number, rowsAFrame: number, more: (actor: string, day: number) => number = () => 0) {
  const learning = new DayLearning({ rules, quietMs: dayMs, allowedLatenessMs: 900_000, ...habits });
  const toMs = midnight + days * dayMs;
  return learnDays({ rows: framesOf(days, rowsAFrame, more), log, learning, toMs, known: await KnownDays.read(log, 'known') });
}

async function* framesOf(days: number, rowsAFrame: number, more: (actor: string, day: number) => number): AsyncGenerator<Buffer> {
  const random = new SeededRandom(20_261_129, 'learn');
  const rows = Array.from({ length: days }, (_, day) =>
    accounts
      .flatMap((actor) =>
        Array.from({ length: more(actor, day) || random.whole(3, 8) }, (_row, index) => [actor, index] as const),
      )
      .map(([actor, index], place) => {
        const time = new Date(midnight + day * dayMs + 7 * 3_600_000 + place * 10_000).toISOString();
        const patient_id = aPatient(1_000 * day + index);
        return anAccessRow({
          time,
          received_at: time,
          actor_id: actor,
          actor_role: 'nurse',
          patient_id,
          event_id: anEventId(`${actor} ${day} ${index}`),
        });
      }),
  ).flat();
  for (let at = 0; at < rows.length; at += rowsAFrame)
    yield Buffer.from(
      rows
        .slice(at, at + rowsAFrame)
        .map((row) => `${JSON.stringify(row)}\n`)
        .join(''),
    );
}
