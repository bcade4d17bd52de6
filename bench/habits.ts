/**
 * A day of 100,000 accounts learned by the model of habits under twelve rules, after four weeks: the time it takes, the longest piece between two
 * yields, bytes an account, and the time of one question for a threshold; beside summing the same counts.
 */
import { SeededRandom } from '#libs/testkit/hospital/random.js';
import { HabitModel } from '#libs/habits/habit-model.js';
import type { AccountDay, HabitRule } from '#libs/habits/seams.js';
import { report } from './yardstick/report.js';

interface Learned {
  readonly total: { readonly wall: number; readonly cpu: number };
  readonly longest: { readonly wall: number; readonly cpu: number };
}

const accounts = Number(process.env.BENCH_ACCOUNTS ?? 100_000);
const days = Number(process.env.BENCH_DAYS ?? 28);
const firstDay = 20_514;
const rules: readonly HabitRule[] = Array.from({ length: 12 }, (_, index) => ({
  id: `rule_${index}`,
  weight: 1 / 12,
  scale: index < 6 ? 'volume' : 'rare',
  floor: 8,
  timespanMs: 86_400_000,
  subject: 'account',
}));
const random = new SeededRandom(20_261_129, 'bench');
const roles = ['nurse', 'physician', 'secretary', 'technician', 'pharmacist', 'student'];
const paces = Array.from({ length: accounts }, () => 1 + 20 * random.unit() ** 2);

const model = new HabitModel({ rules, falseIncidentsPerWeek: 1, zone: 'Europe/Paris' });
const times: Learned[] = [];
const before = memory();
for (let day = firstDay; day < firstDay + days; day += 1) {
  for (const lived of aDay(day)) model.add(lived);
  times.push(learn(day + 2));
}
const seen = memory() - before;
const last = aDay(firstDay + days);
const addMs = timed(() => {
  for (const lived of last) model.add(lived);
});
const measured = learn(firstDay + days + 2);
let sum = 0;
const sumMs = timed(() => {
  for (const { most } of last) for (const count of Object.values(most)) sum += count;
});
let least = 0;
const askMs = timed(() => {
  for (let index = 0; index < 10_000; index += 1)
    least += model.least(rules[index % 12] ?? never(), 'helix', `account-${index}`, firstDay + days + 2) === Infinity ? 0 : 1;
});
report.note(`${accounts} accounts, ${rules.length} rules, day ${days + 1}; sum ${sum}, ${least} thresholds`);
report.figure(`a day of ${last.length} account-days, to take in`, addMs, 'ms');
report.figure('a day, to learn, by the clock', measured.total.wall, 'ms');
report.figure('a day, to learn', measured.total.cpu, 'ms of the processor', { atMost: 2000 });
report.ratio('a day, to learn', measured.total.cpu / sumMs, 'the time of summing the same counts');
report.figure('longest piece, by the clock', measured.longest.wall, 'ms');
report.figure('longest piece', measured.longest.cpu, 'ms of the processor', { atMost: 20 });
report.figure('longest piece of all days', Math.max(...times.map(({ longest }) => longest.cpu)), 'ms of the processor');
report.figure('an account, counted', model.bytes / accounts, 'bytes', { atMost: 600 });
report.figure('an account, in the process', seen / accounts, 'bytes');
report.figure('a threshold', (askMs / 10_000) * 1000, 'us');

/** By the clock and in processor time: on a machine that others use, the clock says how long they were let in. */
function learn(day: number): Learned {
  const from = { wall: performance.now(), cpu: cpuMs() };
  const longest = { wall: 0, cpu: 0 };
  let at = from;
  const note = () => {
    const now = { wall: performance.now(), cpu: cpuMs() };
    longest.wall = Math.max(longest.wall, now.wall - at.wall);
    longest.cpu = Math.max(longest.cpu, now.cpu - at.cpu);
    at = now;
  };
  for (const step of model.learning(day)) {
    void step;
    note();
  }
  note();
  return { total: { wall: at.wall - from.wall, cpu: at.cpu - from.cpu }, longest };
}
function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

function aDay(day: number): readonly AccountDay[] {
  return paces.flatMap((pace, index) => {
    if (!random.chance(5 / 7)) return [];
    const most: Record<string, number> = {};
    for (const [column, { id }] of rules.entries()) {
      const count =
        column < 6 ? Math.round((pace / (column + 1)) * (0.5 + random.unit())) : random.chance(0.05) ? random.whole(1, 8) : 0;
      if (count > 0) most[id] = count;
    }
    return [
      {
        groupId: 'helix',
        subject: 'account',
        key: `account-${index}`,
        day,
        role: roles[index % roles.length] ?? '',
        kind: 'human',
        most,
        told: false,
      },
    ];
  });
}

function timed(work: () => void): number {
  const from = performance.now();
  work();
  return performance.now() - from;
}
function memory(): number {
  globalThis.gc?.();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}
function never(): never {
  throw new Error('no rule');
}
