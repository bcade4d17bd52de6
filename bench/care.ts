/**
 * Care: the road of an ordinary line in one process, without a log behind it, with stamps and without them in turns over the same lines, by
 * processor time; then what the memory takes, for a patient in care and for a pair, after a month of a hospital with 1,400 staff.
 */
import { DayCalendar } from '#libs/formats/times/day-calendar.js';
import { CareMemory } from '#libs/care/care-memory.js';
import { stepMs, stepOf, visibleFrom } from '#libs/care/steps.js';
import { careTopic, topics } from '#libs/contracts/topics.js';
import { parseKeyRing } from '#libs/pseudonyms/key-ring.js';
import { systemClock } from '#libs/runtime/clock.js';
import { Metrics } from '#libs/runtime/metrics.js';
import { aPatient } from '#libs/testkit/builders.js';
import { Care } from '#services/ingestor/care/care.js';
import { Known } from '#services/ingestor/care/known.js';
import { Stamper } from '#services/ingestor/care/stamper.js';
import { FrameBuilder } from '#services/ingestor/frames/frame-builder.js';
import { IngestPipeline } from '#services/ingestor/pipeline.js';
import { accessLines } from './rows/access-lines.js';
import { report } from './yardstick/report.js';

const eventsMax = Number(process.env['BENCH_EVENTS'] ?? 100_000);
const batchSize = 1000;
const rounds = 9;
const partitions = 16;
const dayMs = 86_400_000;
const staff = 1_400;
const stepsOfDay = dayMs / stepMs;

const lines = accessLines(eventsMax);
const groupId = String((JSON.parse(lines[0] ?? '{}') as { readonly group_id?: string }).group_id ?? 'helix');
const parsed = parseKeyRing(`${groupId}:k1=${Buffer.from('a key for benches of 32 bytes...').toString('base64')}`);
const keys = 'ring' in parsed ? parsed.ring.group(groupId) : undefined;
if (!keys) throw new Error('the key of the bench cannot be read');
const source = { source: 'siem', groupId, authority: 'group', keys };
const bodies = Array.from({ length: eventsMax / batchSize }, (_, index) =>
  Buffer.from(`${lines.slice(index * batchSize, (index + 1) * batchSize).join('\n')}\n`),
);
const calendar = new DayCalendar('Europe/Paris');
const memory = new CareMemory(calendar);
const metrics = new Metrics('bench');

report.note(`${eventsMax} events a round`);
const plain = pipelineOf(false);
const stamping = pipelineOf(true);
for (const pipeline of [plain, stamping]) await roundOf(pipeline);
const ratios: number[] = [];
const micros: [number, number][] = [];
for (let round = 0; round < rounds; round += 1) {
  const [without, with_] = [await roundOf(plain), await roundOf(stamping)];
  ratios.push(without / with_);
  micros.push([without, with_]);
}
report.figure('without stamps', median(micros.map(([without]) => without)), 'us an event');
report.figure('with stamps', median(micros.map(([, with_]) => with_)), 'us an event');
report.ratio(`an ordinary line, median of ${rounds}`, median(ratios), 'the rate without stamps');
measureMemory();

/** A road whose log takes everything at once; facts are read back as they are written. */
function pipelineOf(knowsCare: boolean): IngestPipeline {
  const log = {
    append: async ({ topic }: { readonly topic: string }, bytes: Buffer): Promise<number> => {
      if (topic === careTopic) for (const line of bytes.toString().trimEnd().split('\n')) memory.take(JSON.parse(line));
      return 0;
    },
  };
  const tools = { log, clock: systemClock, metrics };
  const known = new Known();
  known.readUntil = Infinity;
  const stamper = new Stamper({ memory, calendar, metrics, known, knowsLinks: true });
  return new IngestPipeline({
    accesses: new FrameBuilder(topics.accesses, partitions, tools),
    quarantine: new FrameBuilder(topics.quarantine, partitions, tools),
    ...(knowsCare && { care: new Care(stamper, new FrameBuilder(careTopic, partitions, tools)) }),
    quarantineKeys: new Map(),
    clock: systemClock,
    metrics,
    itemsMax: batchSize,
    requestRowBytesMax: 1e9,
    ackMs: 60_000,
    failpoint: () => {},
  });
}

/** Microseconds of processor an event. */
async function roundOf(pipeline: IngestPipeline): Promise<number> {
  const from = process.cpuUsage();
  await Promise.all(bodies.map((body) => pipeline.events(body, source)));
  const { user, system } = process.cpuUsage(from);
  return (user + system) / eventsMax;
}

/** Thirty-three days: every account meets 45 patients a day of whom each has three others on the same day, one in ten is new. */
function measureMemory(): void {
  const month = new CareMemory(calendar);
  const from = Date.UTC(2026, 0, 5);
  let patient = 0;
  let touches = 0;
  let longestMs = 0;
  for (let day = 0; day < 33; day += 1) {
    for (let n = 0; n < staff * 45; n += 1) {
      if (n % 4 === 0) patient += 1;
      const timeMs = from + day * dayMs + ((n * 7919) % stepsOfDay) * stepMs;
      const at = process.threadCpuUsage();
      month.advance(from + day * dayMs);
      month.take({
        what: 'touch',
        group_id: 'g',
        actor_id: `a${(n * 31) % staff}`,
        patient_id: aPatient(patient - (n % 4 === 3 ? 15_750 : 0)),
        clinic_id: 'c1',
        step: stepOf(timeMs),
        visible: visibleFrom(timeMs, timeMs),
      });
      const { user, system } = process.threadCpuUsage(at);
      longestMs = Math.max(longestMs, (user + system) / 1000);
      touches += 1;
    }
  }
  const { bytes, patients, pairs } = month;
  report.note(`a month: ${touches} touches, ${patients} patients held, ${pairs} pairs, ${(bytes / 2 ** 20).toFixed(0)} MiB`);
  report.figure('a month, a patient held', bytes / patients, 'bytes');
  report.figure('a month, a pair, all tables together', bytes / pairs, 'bytes');
  report.figure('a month, the longest of the turns in which one fact is taken', longestMs, 'ms of the processor');
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
}
