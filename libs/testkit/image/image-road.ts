import { execFileSync } from 'node:child_process';
import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { services, type ServiceName, portOffsets } from '#libs/contracts/vocabulary.js';
import { projectRoot } from '#libs/runtime/paths.js';
import type { Clock } from '#libs/runtime/clock.js';
import { spawnClickHouse, type SpawnedClickHouse } from '#services/clickhouse/spawn.js';
import { freePortBase } from '../free-ports.js';
import { feed } from '../hospital/feed/feed.js';
import { writeRegisters } from '../hospital/registers.js';
import { defaultSimulation, Simulation } from '../hospital/simulation.js';
import { composeSecurity } from '../granted/compose-kafka.js';
import { KafkaCluster } from '../kafka/kafka-cluster.js';
import { parseAttackOrders } from '../simulate/attack-orders.js';
import { type ComposeService, composeService, type Surroundings } from './compose-service.js';
import type { Containers } from './container-engine.js';

const hourMs = 3_600_000;
/** On a machine that does much else five processes of Node take their time. */
const readyMsMax = 240_000;
const storedMsMax = 240_000;
const source = 'records';
/** In the order of the compose file. */
const jobs: readonly string[] = ['principals', 'topics', 'migrate'];

export interface RoadTools {
  readonly clock: Clock;
  readonly containers: Containers;
  /** What the names of containers and volumes begin with. */
  readonly run: string;
  /** A folder of this run. */
  readonly folder: string;
  readonly say: (text: string) => void;
}

/** Every service of the compose file in a container of its own, beside a real Kafka and an embedded ClickHouse of this machine. */
export class ImageRoad {
  #kafka: KafkaCluster | undefined;
  #store: SpawnedClickHouse | undefined;
  #portBase = 0;
  readonly #services = new Map<ServiceName, ComposeService>();
  /** At five in the morning of a Monday one account begins to read as burglars do. */
  readonly #simulation = new Simulation({
    ...defaultSimulation,
    seed: 7,
    attacks: parseAttackOrders('burst+start=05:10+patients=1500'),
  });

  constructor(private readonly tools: RoadTools) {}

  /** Brings up what the services need, makes topics and tables by the jobs of the compose file, and starts the services. */
  async start(): Promise<void> {
    const { folder, say, clock } = this.tools;
    this.#portBase = await freePortBase();
    const secrets = join(folder, 'secrets');
    execFileSync(process.execPath, [
      join(projectRoot, 'deploy', 'secrets.mjs'),
      '--dir',
      secrets,
      '--group',
      defaultSimulation.groupId,
      '--source',
      source,
    ]);
    this.#kafka = await KafkaCluster.start({ brokers: 1, portBase: await freePortBase(), security: composeSecurity(secrets) });
    this.#store = await spawnClickHouse(clock, { portBase: await freePortBase(), directory: join(folder, 'store') });
    writeFileSync(join(folder, 'password'), this.#store.password, { mode: 0o444 });
    writeRegisters(this.#simulation.hospital, join(folder, 'registers'));
    execFileSync('chmod', ['-R', 'a+rX', join(folder, 'registers')]);
    chmodSync(folder, 0o711);
    for (const job of jobs) await this.#runJob(job);
    for (const name of services) this.#services.set(name, this.#of(name));
    for (const one of this.#services.values()) await this.tools.containers.start(one);
    await Promise.all(services.map((name) => this.#ready(name)));
    say('every service is ready');
  }

  /** Feeds an hour with a planted attack, kills two services meanwhile, and resolves with the events that were taken. */
  async feedAndKill(): Promise<number> {
    const { containers, say } = this.tools;
    const killing = (async () => {
      for (const name of ['scorer', 'archiver'] as const) {
        await containers.kill(name);
        await containers.start(this.#named(name));
        await this.#ready(name);
        say(`${name} was killed and is ready again`);
      }
    })();
    const [fed] = await Promise.all([
      feed({
        events: this.#hour(),
        url: this.#urlOf('ingestor'),
        token: this.#tokenOf(source),
        speed: 3_600,
        batch: 200,
        lanes: 4,
      }),
      killing,
    ]);
    if (fed.refused > 0) throw new Error(`${fed.refused} events were refused: ${fed.refusals.join('; ')}`);
    return fed.accepted;
  }

  /** Rejects unless every event is stored, and the planted account, and nobody else, has an incident of as many patients as it read. */
  async expectRoad(events: number): Promise<void> {
    const truth = this.#simulation.truth().attacks[0];
    if (!truth) throw new Error('the simulation planted nothing');
    const stored = async () => Number(await this.#ask('SELECT uniqExact(event_id) FROM vigie.accesses'));
    await this.#until(`${events} events are stored`, storedMsMax, async () => (await stored()) === events);
    const actors = truth.actors.map((actor) => `'${actor}'`).join(',');
    const listed = `SELECT uniqExact(patient_id) FROM vigie.incident_patients WHERE incident_id IN (SELECT incident_id FROM vigie.incidents WHERE actor_id IN (${actors}))`;
    const told = `SELECT max(patients) FROM vigie.incidents WHERE actor_id IN (${actors}) AND state NOT IN ('merged', 'withdrawn')`;
    await this.#until(
      'the incident has every patient',
      storedMsMax,
      async () => Number(await this.#ask(told)) === truth.patients,
    );
    const list = Number(await this.#ask(listed));
    if (list !== truth.patients) throw new Error(`the list has ${list} patients, the attack read ${truth.patients}`);
    this.tools.say(`the planted account has its incident: ${truth.patients} patients, and as many in the list`);
  }

  /** What the container says of itself: its user, and that it can write nothing but /data and /tmp. */
  async expectRights(): Promise<void> {
    const { containers } = this.tools;
    const look = `const fs = require('node:fs'); const can = (path) => { try { fs.writeFileSync(path + '/x', ''); return path; } catch { return ''; } };
      const caps = /CapEff:\\s*(\\w+)/.exec(fs.readFileSync('/proc/self/status', 'utf8'))[1];
      console.log(JSON.stringify([process.getuid(), process.getgid(), BigInt('0x' + caps) === 0n, ['/', '/app', '/data', '/tmp', '/etc'].map(can).filter(Boolean)]))`;
    for (const name of services) {
      const said = await containers.within(name, ['node', '--eval', look]);
      const expected = JSON.stringify([10_001, 10_001, true, ['/data', '/tmp']]);
      if (said !== expected)
        throw new Error(`${name} runs as ${said} (user, group, without capabilities, writes to); it must be ${expected}`);
    }
  }

  /** What `vigie doctor` says as the scorer's container has it. Rejects where it finds something wrong but for backups, which a new place has none of. */
  async doctor(): Promise<string> {
    const text = await this.tools.containers.within('scorer', ['sh', '-c', 'vigie doctor --service scorer || true']);
    const wrong = text.split('\n').filter((line) => line.startsWith('  WRONG') && !line.includes('no backup'));
    if (!/^\d+ wrong, /m.test(text) || wrong.length > 0)
      throw new Error(`vigie doctor finds something wrong, or does not get that far:\n${text}`);
    return text;
  }

  /** Stops every service as compose does. Rejects when one does not end by itself, well and within its time of grace. */
  async stopAll(): Promise<void> {
    for (const name of ['ingestor', 'scorer', 'archiver', 'notifier', 'console'] as const) {
      const code = await this.tools.containers.stop(this.#named(name));
      if (code !== 0)
        throw new Error(
          `${name} ended with ${code} when it was stopped; it must be 0 within ${this.#named(name).graceMs / 1000} s`,
        );
    }
    this.tools.say('every service stopped by itself, within its time of grace');
  }

  async end(): Promise<void> {
    await this.tools.containers.removeAll();
    await this.#kafka?.stop();
    await this.#store?.end('SIGTERM');
  }

  *#hour() {
    const begin = defaultSimulation.start + 5 * hourMs;
    for (const event of this.#simulation.events()) {
      const at = Date.parse(event.time);
      if (at >= begin + hourMs) return;
      yield event;
    }
  }

  async #runJob(name: string): Promise<void> {
    const said = await this.tools.containers.job(this.#of(name));
    this.tools.say(`${name}: ${said.split('\n').at(-1)}`);
  }

  #of(name: string): ComposeService {
    const { folder, run } = this.tools;
    const { url = '', user = '' } = this.#store ?? {};
    const lists = ['ingestor', 'scorer', 'archiver', 'console'].includes(name);
    const surroundings: Surroundings = {
      run,
      secrets: join(folder, 'secrets'),
      secretFiles: { [`clickhouse_${name}_password`]: join(folder, 'password') },
      environment: {
        VIGIE_HOST: '127.0.0.1',
        VIGIE_PORT_BASE: String(this.#portBase),
        KAFKA_BROKERS: this.#kafka?.brokers.join(',') ?? '',
        VIGIE_FRAME_KEYS_FILE: jobs.includes(name) ? '' : '/run/secrets/frame_keys',
        ...(!['principals', 'topics', 'ingestor'].includes(name) && { CLICKHOUSE_URL: url, CLICKHOUSE_USER: user }),
        ...(lists && { VIGIE_LISTS_DIR: '/registers', VIGIE_CLINICS_FILE: '/registers/clinics.csv' }),
      },
    };
    const one = composeService(name, surroundings);
    return lists ? { ...one, options: [...one.options, '--volume', `${join(folder, 'registers')}:/registers:ro`] } : one;
  }

  #named(name: ServiceName): ComposeService {
    const one = this.#services.get(name);
    if (!one) throw new Error(`${name} was not started`);
    return one;
  }

  #urlOf(name: ServiceName): string {
    return `http://127.0.0.1:${this.#portBase + portOffsets[name]}`;
  }

  #tokenOf(name: string): string {
    const text = readFileSync(join(this.tools.folder, 'secrets', 'ingest_tokens'), 'utf8');
    return new RegExp(`^${name}@[^=]+=(.+)$`, 'm').exec(text)?.[1] ?? '';
  }

  async #ready(name: ServiceName): Promise<void> {
    const ready = () =>
      fetch(`${this.#urlOf(name)}/health/ready`).then(
        (answer) => answer.ok,
        () => false,
      );
    await this.#until(`${name} is ready`, readyMsMax, ready).catch(async (cause: unknown) => {
      throw new Error(`${name} does not get ready: ${(await this.tools.containers.logs(name)).slice(-3000)}`, { cause });
    });
  }

  async #ask(query: string): Promise<string> {
    const answer = await fetch(this.#store?.url ?? '', { method: 'POST', body: query });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`ClickHouse answered ${answer.status}: ${text.slice(0, 300)}`);
    return text.trim();
  }

  async #until(what: string, ms: number, holds: () => Promise<boolean>): Promise<void> {
    const { clock } = this.tools;
    const deadline = clock.monotonic() + ms;
    while (!(await holds())) {
      if (clock.monotonic() > deadline) throw new Error(`within ${ms / 1000} s it did not come about that ${what}`);
      await clock.sleep(500);
    }
  }
}
