import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { type AccessRow, accessRow } from '#libs/contracts/access-row.js';
import type { IncidentChange } from '#libs/contracts/incident.js';
import { partitionOf } from '#libs/contracts/topics.js';
import type { Frame } from '#libs/event-log/port.js';
import { Transient } from '#libs/runtime/outcome.js';
import { aMonday } from '#libs/testkit/builders.js';
import { frames, hourMs, row, rules } from '../late/nightly-file.fixture.js';
import { Archive, aScorer, at, bytesOf, contents, FakeLog } from '../scorer.fixture.js';

const partitions = [0, 1];
const hours = 48;
/** The hour after the one in which the file comes. */
const attackedIn = 32;

/** Something goes wrong after a frame. */
const anyFault = fc.record({
  after: fc.oneof(fc.nat(hours - 1), fc.integer({ min: attackedIn - 3, max: attackedIn + 1 })),
  /** The log does not take what the next frames decide, and is away while the scorer looks at what waits for the store. */
  logAway: fc.boolean(),
  storeAway: fc.boolean(),
  /** Frames that the store lies behind. */
  storeLag: fc.oneof(fc.constant(0), fc.nat(8)),
  /** It is ended by force, or lets its partitions go, and begins again from what it kept. */
  scorer: fc.constantFrom('goes on' as const, 'is ended' as const, 'lets go' as const),
});
type Fault = typeof anyFault extends fc.Arbitrary<infer T> ? T : never;

describe('what is told', () => {
  let stateDir: string;
  beforeEach(async () => {
    stateDir = await mkdtemp(join(tmpdir(), 'vigie-told-'));
  });
  afterEach(() => rm(stateDir, { recursive: true, force: true }));

  it('is what an undisturbed scorer tells, wherever one of two partitions is ended by force or lets them go, while log and store are late or away', async () => {
    const expected = await new Run(await mkdtemp(join(stateDir, 'calm-')), 1000).play([]);
    expect(told(expected)).toEqual([
      ['admin', 1, ['incident.closed', 'incident.opened']],
      ['intruder', 1, ['incident.opened']],
      ['usurper', 1, ['incident.opened']],
    ]);
    await fc.assert(
      fc.asyncProperty(fc.array(anyFault, { maxLength: 5 }), fc.integer({ min: 1, max: 20 }), async (faults, snapshotEvery) => {
        const changes = await new Run(await mkdtemp(join(stateDir, 'run-')), snapshotEvery).play(faults);
        expect(told(changes)).toEqual(told(expected));
        expect(contents(changes)).toEqual(contents(expected));
      }),
      { numRuns: 30 },
    );
  });
});

/** A scorer of two partitions, its log and its store, and what happens to them. */
class Run {
  readonly #log = new FakeLog(2);
  readonly #archive = new Archive();
  readonly #frames = partitions.map((partition) => framesOf(partition));
  readonly #next = [0, 0];
  readonly #archived = [0, 0];
  #scorer: Awaited<ReturnType<typeof aScorer>> | undefined;

  constructor(
    private readonly stateDir: string,
    private readonly snapshotEvery: number,
  ) {}

  async play(faults: readonly Fault[]): Promise<readonly IncidentChange[]> {
    await this.#start();
    for (let step = 0; partitions.some((partition) => this.#waiting(partition)); step += 1) {
      if (step % this.snapshotEvery === 0) await this.#scorer?.clock.advance(1000);
      await this.#forward();
      for (const fault of faults.filter(({ after }) => after === step)) await this.#meet(fault);
    }
    for (const partition of partitions) await this.#archiveUpTo(partition, Number.POSITIVE_INFINITY);
    await this.#scorer?.clock.advance(120_000);
    await this.#scorer?.rejudger.look();
    await this.#letGo();
    return this.#log.changes();
  }

  async #start(): Promise<void> {
    const { stateDir } = this;
    this.#scorer = await aScorer({
      log: this.#log,
      archive: this.#archive,
      stateDir,
      rules,
      snapshotEveryMs: 1000,
      partitions: partitions.length,
    });
    for (const [partition, from] of this.#scorer.fromOf.entries()) this.#next[partition] = from;
  }

  #waiting(partition: number): Frame | undefined {
    return this.#frames[partition]?.[this.#next[partition] ?? 0];
  }

  /** Hands the next frame of each partition over. What is not taken comes again. */
  async #forward(): Promise<void> {
    for (const partition of partitions) {
      const frame = this.#waiting(partition);
      if (!frame) continue;
      if (await took(this.#scorer?.pipeline.frames({ ...at, partition }, [frame]))) this.#next[partition] = frame.offset + 1;
    }
  }

  async #meet({ logAway, storeAway, storeLag, scorer: becomes }: Fault): Promise<void> {
    const scorer = this.#scorer;
    this.#log.away = logAway;
    this.#archive.history.away = storeAway;
    await this.#forward();
    for (const partition of partitions) await this.#archiveUpTo(partition, (this.#next[partition] ?? 0) - storeLag);
    await scorer?.rejudger.look();
    await scorer?.pipeline.written();
    await took(scorer?.pipeline.tick());
    if (becomes === 'lets go') await this.#letGo();
    if (becomes !== 'goes on') await this.#start();
    this.#log.away = false;
    this.#archive.history.away = false;
  }

  async #letGo(): Promise<void> {
    for (const partition of partitions) await this.#scorer?.pipeline.revoked({ ...at, partition });
  }

  async #archiveUpTo(partition: number, end: number): Promise<void> {
    const from = this.#archived[partition] ?? 0;
    const taken = this.#frames[partition]?.slice(from, Math.max(from, end)) ?? [];
    for (const frame of taken) await this.#archive.take(frame, { ...at, partition });
    this.#archived[partition] = from + taken.length;
  }
}

async function took(work: Promise<void> | undefined): Promise<boolean> {
  try {
    await work;
    return true;
  } catch (cause) {
    if (!(cause instanceof Transient)) throw cause;
    return false;
  }
}

/**
 * The rows of the nightly file's two days that belong to one of two partitions, an hour in a frame. While the file's accounts wait for their
 * history, two others read sixty patients each within a minute.
 */
function framesOf(partition: number): readonly Frame[] {
  const lines = frames(30).map(({ bytes }) => bytes.toString().split('\n').filter(Boolean));
  return Array.from({ length: hours }, (_, offset) => {
    const rows = lines.slice(offset * 6, offset * 6 + 6).flat();
    const parsed = rows.map((line) => accessRow.parse(JSON.parse(line)));
    const all = [...parsed, ...(offset === attackedIn ? ['intruder', 'usurper'].flatMap((actor) => burst(actor, offset)) : [])];
    return { offset, bytes: bytesOf(all.filter((one) => partitionOf(one.group_id, one.actor_id, 2) === partition)) };
  });
}

function burst(actor: string, hour: number): readonly AccessRow[] {
  return Array.from({ length: 60 }, (_, n) =>
    row({ n: `${actor} ${n}`, time: aMonday + hour * hourMs + n * 1000, actor, clinic: `c${n % 2}` }),
  );
}

/** By account: how many incidents, and which of their changes people are told. */
function told(changes: readonly IncidentChange[]): readonly (readonly [string, number, readonly string[]])[] {
  const notified = changes.filter(({ change_type }) => change_type !== 'incident.updated');
  return [...Map.groupBy(notified, ({ actor_id }) => actor_id)]
    .map(
      ([actor, all]) =>
        [
          actor,
          new Set(all.map(({ incident_id }) => incident_id)).size,
          [...new Set(all.map(({ change_type }) => change_type))].toSorted(),
        ] as const,
    )
    .toSorted(([a], [b]) => (a < b ? -1 : 1));
}
