import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { insertLeakcheck } from '#libs/access-store/leakchecks/leakchecks.js';
import { services } from '#libs/contracts/vocabulary.js';
import { filesWith } from '#libs/leakcheck/files-with.js';
import { inventedIdentifiers, runAccounts, runRecords } from '#libs/leakcheck/run-records.js';
import { readerOf, spellings } from '#libs/leakcheck/spellings.js';
import { isDigest, textsOf } from '#libs/leakcheck/texts.js';
import { type Clock, systemClock } from '#libs/runtime/clock.js';
import { ConfigError } from '#libs/runtime/config.js';
import { developmentToken } from '#services/ingestor/development-token.js';
import { isError, messageOf } from '#libs/runtime/outcome.js';
import { addressesOf, addressOf, type CommandConfig, readCommandConfig } from '../config.js';
import { type StoreClient, withStore } from '../with-store.js';

export interface LeakcheckOptions {
  /** Where the ingestor answers; the one of this machine where it is left out. */
  readonly url?: string;
  /** File with the token of a source of its own. */
  readonly tokenFile?: string;
  /** Metrics pages that are read; those of this machine's services where none is given. */
  readonly metrics?: readonly string[];
  /** Folders and files that are searched as bytes, such as logs. */
  readonly files?: readonly string[];
  /** Seconds until what was sent has to be stored. */
  readonly wait: number;
  /** Hours between two runs; once where it is left out. */
  readonly every?: number;
}

/** Where an identifier was found, and how it is written there. */
interface Leak {
  readonly place: string;
  readonly spelling: string;
}

const storedQuery = readFileSync(new URL('./stored.sql', import.meta.url), 'utf8');
const timesQuery = readFileSync(new URL('./times.sql', import.meta.url), 'utf8');
const batchSize = 500;
/** Rows of one table that are looked at. */
const rowsMax = 200_000;
const pollMs = 500;
const hourMs = 3_600_000;

/**
 * `vigie leakcheck`: feeds invented identifiers in every place and spelling, waits until they are stored, and searches for them in the answers,
 * in every table, on the metrics pages, and in files. What came of it is a row of `vigie.leakchecks`, from which the archiver makes the metrics
 * that alerts look at. Ends with 1 where one is found; with `--every` it goes on until it is stopped. Never prints an identifier, not even an
 * invented one.
 */
export async function leakcheckCommand(options: LeakcheckOptions): Promise<void> {
  const config = readCommandConfig();
  if (options.every === undefined) process.exitCode = (await once(config, options)) === 0 ? 0 : 1;
  else await again(config, options, options.every * hourMs);
}

/** A run that cannot be made is said and tried at its next time: whoever waits for its row is told that none comes. */
async function again(config: CommandConfig, options: LeakcheckOptions, everyMs: number): Promise<never> {
  for (;;) {
    const dueAt = systemClock.monotonic() + everyMs;
    await once(config, options).catch((cause: unknown) => say(messageOf(cause)));
    await systemClock.sleep(Math.max(0, dueAt - systemClock.monotonic()));
  }
}

/** How many places show an identifier. */
async function once(config: CommandConfig, options: LeakcheckOptions): Promise<number> {
  const leaks = await withStore(config, (client) => new Leakcheck(config, options, client, systemClock).run());
  for (const { place, spelling } of leaks) process.stdout.write(`LEAK\t${place}\t${spelling}\n`);
  process.stdout.write(leaks.length ? `${leaks.length} place(s) show an identifier\n` : 'no identifier was found\n');
  return leaks.length;
}

class Leakcheck {
  readonly #run = `leakcheck-${randomBytes(6).toString('hex')}`;
  readonly #identifiers = inventedIdentifiers();
  readonly #spellingIn = readerOf(this.#identifiers);
  readonly #accounts = runAccounts(this.#run, this.#identifiers);
  readonly #startedMs: number;
  readonly #leaks = new Map<string, Leak>();
  /** Event ids that the answers named. */
  readonly #ids: string[] = [];

  constructor(
    private readonly config: CommandConfig,
    private readonly options: LeakcheckOptions,
    private readonly client: StoreClient,
    private readonly clock: Clock,
  ) {
    this.#startedMs = clock.now();
  }

  async run(): Promise<readonly Leak[]> {
    const planted = { time: new Date(this.#startedMs).toISOString(), run: this.#run };
    const { events, auditEvents } = runRecords(planted, this.#identifiers);
    say(`${events.length} events and ${auditEvents.length} AuditEvents with ${this.#identifiers.length} invented identifiers`);
    for (const batch of batches(events)) this.#look('answer of /v1/events', await this.#post('/v1/events', lines(batch)));
    for (const batch of batches(auditEvents)) await this.#bundle(batch);
    await this.#post('/v1/events', lines(this.#accounts.map((account) => lastOf(account, planted.time))));
    await this.#bundle([unreadable(planted.time, this.#run)]);
    await this.#stored();
    await this.#searchTables();
    await this.#searchMetrics();
    this.#searchFiles();
    return this.#told();
  }

  /** What was found, written down for those who watch. */
  async #told(): Promise<readonly Leak[]> {
    const leaks = [...this.#leaks.values()];
    const places = leaks.map(({ place, spelling }) => `${place}: ${spelling}`);
    const at = new Date(this.clock.now()).toISOString();
    await insertLeakcheck(this.client, { run: this.#run, at, identifiers: this.#identifiers.length, places });
    return leaks;
  }

  async #bundle(resources: readonly object[]): Promise<void> {
    const entry = resources.map((resource) => ({ resource }));
    const answer = await this.#post('/fhir', JSON.stringify({ resourceType: 'Bundle', type: 'batch', entry }));
    this.#look('answer of /fhir', answer);
    for (const [, id] of JSON.stringify(answer).matchAll(/"location":"AuditEvent\/([0-9a-f]{32})"/g)) if (id) this.#ids.push(id);
  }

  async #post(path: string, body: string): Promise<unknown> {
    const url = `${this.options.url ?? addressOf(this.config, 'ingestor')}${path}`;
    const headers = { authorization: `Bearer ${this.#token()}`, 'content-type': 'application/json' };
    const answer = await fetch(url, { method: 'POST', headers, body }).catch(noAnswer(url));
    const text = await answer.text();
    if (answer.status === 401 || answer.status === 403 || answer.status >= 429)
      throw new Error(`the ingestor answers ${answer.status} at ${url}: ${text.slice(0, 500)}`);
    return JSON.parse(text);
  }

  #token(): string {
    const { tokenFile } = this.options;
    if (tokenFile) return readFileSync(tokenFile, 'utf8').trim();
    if (this.config.KAFKA_BROKERS || this.config.VIGIE_INGEST_TOKENS)
      throw new ConfigError(
        '--token-file FILE is needed: the token of a source of its own, whose rows can be told from those of hospitals',
      );
    return developmentToken(this.config.VIGIE_DATA_DIR);
  }

  /** Rows of one account lie in one partition, and what is set aside of one source too: the last of each is stored after the others. */
  async #stored(): Promise<void> {
    const deadlineMs = this.clock.monotonic() + this.options.wait * 1000;
    for (;;) {
      const [here] = await this.#rows(storedQuery);
      if (Number(here?.['last']) === this.#accounts.length && Number(here?.['aside']) > 0) return;
      if (this.clock.monotonic() > deadlineMs)
        throw new Error(
          `what was sent is not stored after ${this.options.wait} s (${JSON.stringify(here)}); is the archiver running?`,
        );
      await this.clock.sleep(pollMs);
    }
  }

  /** Every table, by the first column that says when its rows came about; accesses of others are left out, and views that are being made anew, which are there under two names. */
  async #searchTables(): Promise<void> {
    const columns = await this.#rows(timesQuery);
    const times = new Map(columns.toReversed().map(({ table, name }) => [String(table), String(name)]));
    for (const [table, time] of times) {
      const own = table.startsWith('accesses')
        ? `AND (startsWith(clinic_id, {run:String}) OR event_id IN {ids:Array(String)})`
        : '';
      const rows = await this.#rows(
        `SELECT * FROM vigie.\`${table}\` WHERE \`${time}\` >= {since:DateTime64(3)} ${own} LIMIT ${rowsMax}`,
      );
      if (rows.length === rowsMax)
        throw new Error(
          `${table} has ${rowsMax} rows or more of this run's time: not all of them were searched; run it at a quieter hour`,
        );
      for (const row of rows) this.#look(`table ${table}`, row);
      say(`${table}: ${rows.length} row(s)`);
    }
  }

  async #rows(query: string): Promise<readonly Readonly<Record<string, unknown>>[]> {
    const query_params = { run: this.#run, ids: this.#ids, since: (this.#startedMs - 1000) / 1000 };
    const result = await this.client.query({ query, query_params, format: 'JSONEachRow' });
    return result.json();
  }

  async #searchMetrics(): Promise<void> {
    for (const url of this.options.metrics ??
      services.flatMap((name) => addressesOf(this.config, name).map((url) => `${url}/metrics`))) {
      const answer = await fetch(url).catch(noAnswer(url));
      if (!answer.ok) throw new Error(`${url} answers ${answer.status}: no page of metrics was searched`);
      const page = await answer.text();
      for (const line of page.split('\n')) this.#look(`metrics of ${url}`, line);
      say(`${url}: ${page.length} characters`);
    }
  }

  #searchFiles(): void {
    const texts = this.#identifiers.flatMap((identifier) => Object.values(spellings).map((spell) => spell(identifier)));
    const own = this.config.KAFKA_BROKERS || !existsSync(this.config.VIGIE_DATA_DIR) ? [] : [this.config.VIGIE_DATA_DIR];
    for (const path of this.options.files ?? own) {
      const found = filesWith(path, ...texts);
      for (const file of found) this.#leaks.set(file, { place: file, spelling: 'as bytes' });
      say(`${path}: ${found.length} file(s) with an identifier`);
    }
  }

  #look(place: string, value: unknown): void {
    for (const text of textsOf(value)) {
      if (isDigest(text)) continue;
      const spelling = this.#spellingIn(text);
      if (spelling) this.#leaks.set(`${place} ${spelling}`, { place, spelling });
    }
  }
}

/** The last event of an account: once it is stored, so is all that was sent of it before. */
function lastOf(account: string, time: string): object {
  return { time, clinic_id: account, actor_id: account, action: 'other', id: `${account}-last` };
}

/** An AuditEvent whose patient cannot be told apart: it is set aside. */
function unreadable(recorded: string, run: string): object {
  return {
    resourceType: 'AuditEvent',
    id: `${run}-last`,
    recorded,
    agent: [{ who: { identifier: { value: `${run}-last` } }, requestor: true }],
    source: { site: run },
    entity: [{ what: { display: 'nobody' }, role: { code: '1' } }],
  };
}

function batches<T>(items: readonly T[]): readonly (readonly T[])[] {
  return Array.from({ length: Math.ceil(items.length / batchSize) }, (_, index) =>
    items.slice(index * batchSize, (index + 1) * batchSize),
  );
}

function lines(items: readonly object[]): string {
  return items.map((item) => JSON.stringify(item)).join('\n');
}

function say(text: string): void {
  process.stderr.write(`leakcheck: ${text}\n`);
}

/** What `fetch` says of a connection stands in its cause. */
function noAnswer(url: string): (cause: unknown) => never {
  return (cause) => {
    throw new Error(
      `${url} does not answer (${messageOf(isError(cause) ? (cause.cause ?? cause) : cause)}). Is the system running?`,
      { cause },
    );
  };
}
