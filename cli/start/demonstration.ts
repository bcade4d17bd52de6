import { join, relative } from 'node:path';
import { randomBytes } from 'node:crypto';
import { type FedByRoads, feedByRoads } from '#libs/testkit/hospital/feed/feed-roads.js';
import { dayMs, instantOf, isWeekend, localDayOf } from '#libs/testkit/hospital/local-time.js';
import { writeRegisters } from '#libs/testkit/hospital/registers.js';
import { defaultSimulation, Simulation } from '#libs/testkit/hospital/simulation.js';
import { printable } from '#libs/contracts/visible-text.js';
import { systemClock } from '#libs/runtime/clock.js';
import { developmentUser } from '#services/console/users/development-token.js';
import { developmentSource, developmentToken } from '#services/ingestor/development-token.js';
import { consoleClient } from '../case/console-client.js';
import { addressOf, clickhouseUrl, type CommandConfig } from '../config.js';
import { caseText, takeCase } from './demo-case.js';
import { dossierText, makeDossier } from './demo-dossier.js';
import { DemoInlets } from './demo-inlets.js';
import { DemoStore } from './demo-store.js';
import { ProgressBar } from '#libs/runtime/progress-bar.js';
import { count } from '../figures.js';
import { clockOf, summary } from './summary.js';
import { type Notification, WebhookReceiver } from './webhook-receiver.js';

const source = 'demo';

export interface DemonstrationOptions {
  readonly speed: number;
  readonly seed: number;
}

/** The reference case, played into the running system: one day of a hospital group, one usurped privileged account. */
export class Demonstration {
  readonly groupId = defaultSimulation.groupId;
  readonly #simulation: Simulation;
  readonly #start: number;
  readonly #token = randomBytes(24).toString('base64url');
  readonly #bar = new ProgressBar(process.stdout);
  readonly #receiver: WebhookReceiver | undefined;
  readonly #inlets: DemoInlets;

  constructor(
    private readonly options: DemonstrationOptions,
    private readonly config: CommandConfig,
  ) {
    this.#start = lastWorkingDay(systemClock.now());
    this.#simulation = new Simulation({ ...defaultSimulation, seed: options.seed, start: this.#start, attacks: ['burst'] });
    this.#inlets = new DemoInlets({
      dataDir: config.VIGIE_DATA_DIR,
      portBase: config.VIGIE_PORT_BASE,
      groupId: defaultSimulation.groupId,
    });
    const own = !config.VIGIE_WEBHOOK_URL && !config.VIGIE_WEBHOOKS_FILE;
    this.#receiver = own
      ? new WebhookReceiver(randomBytes(32), (one) => this.#bar.print(`  >> ${told(printable(one))}`))
      : undefined;
  }

  /** What the services need to know of the day: credential, registers, and where to tell. */
  async prepare(): Promise<Readonly<Record<string, string>>> {
    const registers = join(this.config.VIGIE_DATA_DIR, 'registers');
    writeRegisters(this.#simulation.hospital, registers);
    const hook = this.#receiver && {
      VIGIE_WEBHOOK_URL: await this.#receiver.start(),
      VIGIE_WEBHOOK_SECRET: this.#receiver.secret,
    };
    return {
      // Whoever tries what the README says sends into the same group, by the token of this machine.
      VIGIE_INGEST_TOKENS: `${source}@${this.groupId}=${this.#token},${developmentSource}@${this.groupId}=${developmentToken(this.config.VIGIE_DATA_DIR)}`,
      VIGIE_SOURCES_FILE: this.#inlets.prepare(),
      VIGIE_CLINICS_FILE: join(registers, 'clinics.csv'),
      VIGIE_LISTS_DIR: registers,
      ...hook,
    };
  }

  close(): void {
    this.#receiver?.stop();
  }

  /** Plays the day and sums it up. Rejects when the day raised no incident for the planted account. */
  async play(print: (text: string) => void, signal: AbortSignal): Promise<void> {
    const { hospital } = this.#simulation;
    print(
      `Playing one day of a hospital group: ${hospital.clinics.length} establishments (${hospital.closed.length} closed), ` +
        `${count(hospital.staff.length)} staff, ${hospital.serviceAccounts.length} service accounts, ${this.options.speed} times real time.\n`,
    );
    const startedAt = systemClock.monotonic();
    const fed = await this.#fed(signal);
    this.#bar.show(1, `${count(fed.accepted)} events accepted`);
    this.#bar.end();
    print(await this.#summed(fed, systemClock.monotonic() - startedAt, signal));
  }

  async #fed(signal: AbortSignal): Promise<FedByRoads> {
    const url = addressOf(this.config, 'ingestor');
    const day = new Date(this.#start + dayMs / 2).toISOString().slice(0, 10);
    // Whoever stops here stops what still sends.
    const failed = new AbortController();
    const target = { clock: systemClock, signal: AbortSignal.any([signal, failed.signal]) };
    const options = {
      events: this.#simulation.events(),
      url,
      token: this.#token,
      speed: this.options.speed,
      batch: 1000,
      lanes: 4,
      signal,
      onProgress: ({ at, accepted }: { readonly at: number; readonly accepted: number }) =>
        this.#bar.show((at - this.#start) / dayMs, `${clockOf(at)}   ${count(accepted)} events accepted`),
    };
    try {
      return await feedByRoads(options, this.#inlets.open(url, day, target));
    } catch (cause) {
      failed.abort(cause);
      throw cause;
    }
  }

  async #summed({ accepted: events, roads }: FedByRoads, playedMs: number, signal: AbortSignal): Promise<string> {
    const [truth] = this.#simulation.truth().attacks;
    if (!truth) throw new Error('the simulation planted nothing');
    const store = new DemoStore(clickhouseUrl(this.config), this.config, systemClock);
    await store.settled(events, signal);
    const { mine, others } = await store.incidents(truth.actors);
    if (!mine)
      throw new Error(`the planted account ${truth.actors.join()} raised no incident: this should not happen, see the logs`);
    const text = summary({
      attackBegan: Date.parse(truth.begins),
      incident: mine,
      planted: truth.patients,
      closedClinics: this.#simulation.hospital.closed.length,
      notifications: this.#receiver?.count,
      otherIncidents: others,
      events,
      roads: [
        `${count(roads.http)} by HTTP, ${count(roads.atna)} as ${this.#inlets.syslog},`,
        `${count(roads.hec)} by Splunk HEC, ${count(roads.table)} in a nightly CSV`,
      ],
      playedMs,
      queryUrl: clickhouseUrl(this.config),
    });
    return `${text}\n${await this.#caseOf(mine.id, signal)}`;
  }

  /** Somebody takes the case, where there is a user whose token is known. */
  async #caseOf(incidentId: string, signal: AbortSignal): Promise<string> {
    const {
      VIGIE_CONSOLE_USERS_FILE: users,
      KAFKA_BROKERS: brokers,
      VIGIE_DATA_DIR: dataDir,
      VIGIE_PORT_BASE: base,
    } = this.config;
    if (users || brokers) return '';
    const client = consoleClient(this.config);
    const taken = await takeCase(client, incidentId, { clock: systemClock, owner: developmentUser, signal });
    const near = relative(process.cwd(), dataDir);
    const folder = near.startsWith('..') ? dataDir : near;
    const before = `VIGIE_DATA_DIR=${folder} ${base === 7410 ? '' : `VIGIE_PORT_BASE=${base} `}`;
    const made = await makeDossier(client, taken.row, { clock: systemClock, folder: join(folder, 'demonstration') });
    return `${caseText(taken, before)}${dossierText(made, taken.row, `${before}npx vigie`)}`;
  }
}

/** Midnight of the latest weekday that is over: nothing is accepted from the future. */
function lastWorkingDay(now: number): number {
  let day = localDayOf(now) - 1;
  while (isWeekend(day)) day -= 1;
  return instantOf(day, 0);
}

function told({ type, data }: Notification): string {
  const what = type.replace('incident.', '').replace('_', ' ');
  return `${what.padEnd(10)} ${data.actor_id}: ${count(data.patients)} patients in ${data.clinics.length} clinics`;
}
