import type { Clock } from '#libs/runtime/clock.js';
import { behind, judgedOf, marksNow, storedRows, wrongMembers, wrongReadiness } from './checks.js';
import type { Fault } from './fault.js';
import { Feed } from './feed.js';
import { feedSource } from './feed-source.js';
import { HealthWatch, type PageHistory } from './health-watch.js';
import { persistently, untilRight } from './patience.js';
import type { Stage } from './stage.js';
import { differencesOf, toldIncidents, undisturbedIncidents } from './undisturbed.js';
import type { Wave } from './wave.js';

/** So many batches are acknowledged before something breaks. */
const batchesBefore = 12;

/** Where things did not become whole, what was taken last still gets this long before it counts as lost. */
const restMs = 15_000;

export interface FaultReport {
  readonly fault: Fault;
  /** Rows, of this fault alone. */
  readonly acknowledged: number;
  readonly lost: number;
  readonly doubled: number;
  readonly unjudged: number;
  /** From the end of the fault until all of before and during it was judged, stored and served; undefined when that did not come about. */
  readonly recoverSeconds: number | undefined;
  readonly health: readonly PageHistory[];
  /** Processes that ended without anybody ending them, and why. */
  readonly ended: readonly string[];
  /** What did not hold; empty when the fault was survived. */
  readonly wrong: readonly string[];
}

export interface RunOptions {
  /** How long after the fault everything must be whole again, milliseconds. */
  readonly recoverMsMax: number;
  readonly clock: Clock;
  readonly say: (text: string) => void;
}

/** Rows come in before, during and after the fault; what must hold is looked at from outside until it does or time is over. */
export async function runFault(fault: Fault, stage: Stage, options: RunOptions): Promise<FaultReport> {
  const { clock, say } = options;
  const feed = feedOf(`${fault.name}.${clock.now()}`, stage, clock);
  const health = new HealthWatch(stage.machines, clock);
  const endedBefore = stage.restarts().length;
  const during = feed.start();
  await until(() => feed.rows.length > 0 && during.batches - during.inHand >= batchesBefore, options);
  health.start();
  try {
    say(`${fault.name}: ${fault.title}`);
    await fault.run(stage);
    const outcome = await recovery(fault, stage, feed, options);
    // A system that could not be whole again in time may not be able to answer at this moment either: what is lost is to be known all the same.
    const told = await persistently(() => books(stage, feed, outcome.complete), clock);
    const ended = fault.endsProcesses ? [] : stage.restarts().slice(endedBefore);
    const wrong = [...outcome.wrong, ...told.wrong, ...wrongHealth(fault, health.pages)];
    return { fault, ...told, recoverSeconds: outcome.seconds, health: health.pages, ended, wrong };
  } finally {
    health.stop();
    await feed.abandon().catch(() => {});
  }
}

interface Outcome {
  readonly seconds: number | undefined;
  readonly wrong: readonly string[];
  /** Everything that was sent has been acknowledged, and should be judged. */
  readonly complete: boolean;
}

/** First what came before and during the fault, while other accounts go on; then everything, with the feed at its end. */
async function recovery(fault: Fault, stage: Stage, feed: Feed, { clock, recoverMsMax, say }: RunOptions): Promise<Outcome> {
  const from = clock.monotonic();
  const before = [...feed.waves];
  feed.nextWave();
  const marks = await persistently(() => marksNow(stage), clock);
  const first = await untilRight(() => wholeAgain(fault, stage, feed, before, marks), clock, recoverMsMax);
  const seconds = (clock.monotonic() - from) / 1000;
  if (first.length > 0) {
    await feed.abandon();
    await clock.sleep(restMs);
    return { seconds: undefined, wrong: first.map((one) => `after ${seconds.toFixed(0)} s: ${one}`), complete: false };
  }
  say(`  whole again after ${seconds.toFixed(1)} s`);
  await feed.stop();
  const ends = await persistently(() => marksNow(stage), clock);
  const rest = await untilRight(() => wholeAgain(fault, stage, feed, feed.waves, ends), clock, recoverMsMax);
  return { seconds, wrong: rest.map((one) => `at the end: ${one}`), complete: true };
}

async function wholeAgain(
  fault: Fault,
  stage: Stage,
  feed: Feed,
  waves: readonly Wave[],
  marks: ReadonlyMap<string, number>,
): Promise<readonly string[]> {
  const waiting = waves.filter((wave) => !feed.isAcknowledged(wave));
  if (waiting.length > 0)
    return waiting.map(({ options: { name }, inHand }) => `${inHand} batches of wave ${name} are not acknowledged`);
  const late = await behind(stage, marks);
  // The lists of all incidents cost the store more than all else here: they are asked for once they can be right.
  if (late.length > 0) return late;
  return [
    ...(await judgedOf(stage, feed, waves)).wrong,
    ...(await wrongMembers(stage, stage.partitions)),
    ...(await wrongReadiness(stage, fault.lasting)),
  ];
}

/** The books of this fault. Incidents are compared with those of an undisturbed run where all that was sent is acknowledged. */
async function books(stage: Stage, feed: Feed, complete: boolean) {
  const { lost, doubled, unknown } = feed.ledger.compare(await storedRows(stage, feed));
  const { unjudged } = await judgedOf(stage, feed, feed.waves);
  const told = await toldIncidents(stage.machines[0]);
  const accounts = new Set(feed.rows.map(({ actor_id }) => actor_id));
  const own = new Map([...told].filter(([account]) => accounts.has(account)));
  const differences = complete ? differencesOf(own, await undisturbedIncidents(feed.rows)) : [];
  return {
    acknowledged: feed.ledger.owed,
    lost: lost.count,
    doubled: doubled.count,
    unjudged,
    wrong: [
      ...(lost.count > 0 ? [`${lost.count} acknowledged rows are not stored, such as event ${lost.rows[0]?.event_id}`] : []),
      ...(doubled.count + unknown.count > 0 ? [`${doubled.count} rows are stored twice, ${unknown.count} were never sent`] : []),
      ...(complete && unjudged > 0 ? [`${unjudged} acknowledged rows are not judged`] : []),
      ...differences,
    ],
  };
}

function wrongHealth(fault: Fault, pages: readonly PageHistory[]): readonly string[] {
  const dead = pages.filter(({ page, seconds }) => page === 'live' && seconds.red > 0);
  const unseen = fault.unready.filter(
    (name) => !pages.some(({ page, service, seconds }) => page === 'ready' && service === name && seconds.red > 0),
  );
  return [
    ...dead.map(({ service, machine, reasons }) => `live of ${service} ${machine + 1} was red: ${reasons.join('; ')}`),
    ...unseen.map((name) => `ready of ${name} never turned red`),
  ];
}

function feedOf(name: string, { machines, partitions }: Stage, clock: Clock): Feed {
  const urls = machines.map((machine) => machine.url('ingestor'));
  return new Feed({ name, urls, token: machines[0].token, source: feedSource(), partitions, clock });
}

async function until(done: () => boolean, { clock, recoverMsMax }: RunOptions): Promise<void> {
  const wrong = await untilRight(
    async () => (done() ? [] : ['rows do not come in although nothing is broken']),
    clock,
    recoverMsMax,
  );
  if (wrong.length > 0) throw new Error(wrong[0]);
}
