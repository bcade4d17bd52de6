import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Clock } from '#libs/runtime/clock.js';
import { behind, judgedOf, marksNow, storedRows, wrongReadiness } from '../faults/checks.js';
import { Feed } from '../faults/feed.js';
import { feedKeys, feedSource } from '../faults/feed-source.js';
import type { KafkaView } from '../faults/kafka-view.js';
import { untilRight } from '../faults/patience.js';
import { differencesOf, toldIncidents, undisturbedIncidents } from '../faults/undisturbed.js';
import { CaseActs } from './case-acts.js';
import { Fleet, type ProcessName } from './fleet.js';
import { type Tree, thisTree } from './release-tree.js';

/** As docs/operations.md has it: who reads before who writes; back in the other order. */
const readersFirst: readonly (readonly ProcessName[])[] = [['archiver', 'console', 'notifier'], ['scorer'], ['ingestor']];
/** Batches of each lane that every mixture of versions takes before the next service is replaced. */
const batchesBetween = 4;
/** Between two batches of a lane: slow enough for services that are started again and again beside. */
const paceMs = 1_000;
const user = 'upgrade';
const token = createHash('sha256').update('the token of the upgrade').digest('base64url');

export interface UpgradeOptions {
  readonly release: Tree;
  readonly directory: string;
  /** Of Kafka, where the log is one; the embedded log otherwise, where there is one of each service. */
  readonly kafka?: { readonly brokers: readonly string[]; readonly view: KafkaView; readonly partitions: number };
  /** What services of this tree are told while those of the release may read what they write; the others do not know it. */
  readonly env: Readonly<Record<string, string>>;
  /** Services of the release that are not asked whether they are ready. */
  readonly readinessStays: readonly ProcessName[];
  /** Rules that both versions read. */
  readonly rulesDir: string;
  /** How long each mixture may take until all that came in is judged and stored, milliseconds. */
  readonly settleMsMax: number;
  readonly clock: Clock;
  readonly say: (text: string) => void;
}

export interface UpgradeReport {
  readonly acknowledged: number;
  readonly lost: number;
  readonly doubled: number;
  readonly unjudged: number;
  /** Acts on cases that the console took. */
  readonly acts: number;
  /** What did not hold; empty when nobody noticed the upgrade nor the way back. */
  readonly wrong: readonly string[];
}

/** The last release, upgraded to this tree in the documented order and set back again, while rows come in and people work on cases. */
export class UpgradeAndBack {
  readonly #wrong: string[] = [];

  private constructor(
    private readonly options: UpgradeOptions,
    private readonly fleet: Fleet,
    private readonly feed: Feed,
    private readonly acts: CaseActs,
  ) {}

  static async run(options: UpgradeOptions): Promise<UpgradeReport> {
    const { kafka, directory, clock, rulesDir } = options;
    const users = join(directory, 'users.yml');
    const digest = createHash('sha256').update(token).digest('hex');
    writeFileSync(users, `users: [{ id: ${user}, roles: [dpo], token_sha256: ['${digest}'] }]\n`);
    const env = {
      VIGIE_INGEST_TOKENS: `test@helix=${token}`,
      VIGIE_PSEUDONYM_KEYS: feedKeys,
      VIGIE_SNAPSHOT_SECONDS: '3',
      VIGIE_RULES_DIR: rulesDir,
      VIGIE_CONSOLE_USERS_FILE: users,
      VIGIE_CONSOLE_KEY: createHash('sha256').update('the key of the upgrade').digest('base64'),
      VIGIE_MASK_KEY: createHash('sha256').update('the mask of the upgrade').digest('base64'),
      ...options.env,
      ...(kafka && { KAFKA_BROKERS: kafka.brokers.join(',') }),
    };
    const fleet = await Fleet.make({ places: kafka ? 2 : 1, directory, env, clock });
    const urls = fleet.machines.map((machine) => machine.url('ingestor'));
    const partitions = kafka?.partitions ?? 4;
    const feed = new Feed({ name: `upgrade.${clock.now()}`, urls, token, source: feedSource(), partitions, clock, paceMs });
    const acts = new CaseActs(() => fleet.machines.at(-1)?.url('console') ?? '', token);
    const run = new UpgradeAndBack(options, fleet, feed, acts);
    try {
      await run.#wholeRoad();
      return await run.#books();
    } finally {
      await feed.abandon().catch(() => {});
      await fleet.end();
      for (const text of fleet.late) options.say(text);
    }
  }

  async #wholeRoad(): Promise<void> {
    const { release, kafka } = this.options;
    await this.fleet.start(0, 'clickhouse', kafka ? thisTree : release);
    await this.fleet.command(release, 'migrate');
    if (kafka) await this.#topics(release);
    for (const name of readersFirst.flat()) for (const place of this.#places()) await this.fleet.start(place, name, release);
    this.feed.start();
    await this.#settled('the last release alone');
    await this.#act('before the upgrade');
    await this.#upgrade();
    await this.#back();
  }

  async #upgrade(): Promise<void> {
    const { kafka } = this.options;
    this.feed.nextWave();
    if (!kafka) await this.fleet.replace(0, 'clickhouse', thisTree);
    await this.fleet.command(thisTree, 'migrate');
    if (kafka) await this.#topics(thisTree);
    await this.#between('the store of this version under services of the last release');
    for (const names of readersFirst) {
      this.feed.nextWave();
      await this.#replaceAll(names, thisTree);
      await this.#settled(`${names.join(', ')} of this version`);
      await this.#act(`with ${names.join(', ')} of this version`);
    }
  }

  async #back(): Promise<void> {
    const { release, kafka } = this.options;
    for (const names of readersFirst.toReversed()) {
      this.feed.nextWave();
      await this.#replaceAll(names.toReversed(), release);
      await this.#settled(`${names.join(', ')} of the last release again`);
      await this.#act(`with ${names.join(', ')} of the last release again`);
    }
    if (!kafka) await this.fleet.replace(0, 'clickhouse', release);
  }

  /** One after the other, as a rollout does; meanwhile both versions serve where there are two places. */
  async #replaceAll(names: readonly ProcessName[], tree: Tree): Promise<void> {
    for (const name of names)
      for (const place of this.#places()) {
        await this.fleet.replace(place, name, tree);
        await this.#between(`${name} ${place + 1} of ${tree.name}`);
      }
  }

  /** Rows come in, and nobody waits for what becomes of them. */
  async #between(what: string): Promise<void> {
    const { clock, say, settleMsMax } = this.options;
    const wanted = this.#batches() + batchesBetween * this.fleet.places.length;
    const late = await untilRight(async () => (this.#batches() >= wanted ? [] : ['rows do not come in']), clock, settleMsMax);
    this.#note(what, late);
    say(`${what}: ${this.feed.rows.length} rows acknowledged`);
  }

  #batches(): number {
    return this.feed.waves.reduce((sum, { batches, inHand }) => sum + batches - inHand, 0);
  }

  /** All that was sent so far is stored once and counted once, while rows go on. */
  async #settled(what: string): Promise<void> {
    const { clock, settleMsMax, say, kafka } = this.options;
    const waves = [...this.feed.waves];
    this.feed.nextWave();
    const moving = kafka && { view: await seenOf(kafka.view) };
    const marks = moving && (await marksNow(moving));
    const wrong = await untilRight(
      async () => {
        const waiting = waves
          .filter((wave) => !this.feed.isAcknowledged(wave))
          .map(({ options: { name } }) => `wave ${name} is not acknowledged`);
        if (waiting.length > 0) return waiting;
        return [
          ...(await judgedOf(this.fleet, this.feed, waves)).wrong,
          ...(moving && marks ? await behind(moving, marks) : []),
          ...(await this.#wrongReadiness()),
        ];
      },
      clock,
      settleMsMax,
    );
    this.#note(what, wrong);
    say(
      `${what}: settled, ${this.feed.rows.length} rows acknowledged${wrong.length ? `, ${wrong.length} wrong, such as ${wrong[0]}` : ''}`,
    );
  }

  async #wrongReadiness(): Promise<readonly string[]> {
    const { readinessStays } = this.options;
    const wrong = await wrongReadiness(this.fleet);
    return wrong.filter(
      (said) => !readinessStays.some((name) => said.startsWith(`${name} `) && this.fleet.runs(name, 'release')),
    );
  }

  async #act(text: string): Promise<void> {
    this.#note(text, await this.acts.act(text));
  }

  async #books(): Promise<UpgradeReport> {
    const { rulesDir } = this.options;
    await this.feed.stop();
    this.options.say('the feed has ended');
    await this.#settled('the last release alone again');
    const { lost, doubled, unknown } = this.feed.ledger.compare(await storedRows(this.fleet, this.feed));
    const { unjudged } = await judgedOf(this.fleet, this.feed, this.feed.waves);
    const told = await toldIncidents(this.fleet.machines[0]);
    const quarantined = await this.fleet.machines[0].sql('SELECT reason, count() AS n FROM vigie.quarantine GROUP BY reason');
    const wrong = [
      ...this.#wrong,
      ...this.fleet.ended,
      ...(unknown.count > 0 ? [`${unknown.count} rows are stored that nobody sent`] : []),
      ...quarantined.map(({ reason, n }) => `${String(n)} records are in quarantine: ${String(reason)}`),
      ...(await this.acts.missing()),
      ...differencesOf(told, await undisturbedIncidents(this.feed.rows, rulesDir)),
    ]; // prettier-ignore
    return {
      acknowledged: this.feed.ledger.owed,
      lost: lost.count,
      doubled: doubled.count,
      unjudged,
      acts: this.acts.count,
      wrong,
    };
  }

  #note(what: string, wrong: readonly string[]): void {
    this.#wrong.push(...wrong.slice(0, 5).map((one) => `${what}: ${one}`));
  }

  async #topics(tree: Tree): Promise<void> {
    const { partitions = 0 } = this.options.kafka ?? {};
    await this.fleet.command(tree, 'topics', 'create', '--partitions', String(partitions), '--replication', '1');
  }

  #places(): readonly number[] {
    return this.fleet.places.map((_, place) => place);
  }
}

/** What groups have read of the topics that are there: those that this version brings along are not, before it comes. */
async function seenOf(view: KafkaView): Promise<Pick<KafkaView, 'progress'>> {
  const there = new Set(await view.topics());
  return { progress: async (group, topic) => (there.has(topic) ? view.progress(group, topic) : []) };
}
