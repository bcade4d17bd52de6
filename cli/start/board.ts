import { join, relative } from 'node:path';
import { keysDir } from '#libs/pseudonyms/key-file.js';
import { addressOf, clickhouseUrl, type CommandConfig } from '../config.js';
import type { ProcessDefinition, ProcessName } from './process-list.js';

export interface BoardFacts {
  readonly config: CommandConfig;
  readonly processes: readonly ProcessDefinition[];
  readonly startedInMs: number;
  /** The credential to show, where Vigie made it itself. */
  readonly developmentToken: { readonly token: string; readonly group: string } | undefined;
  /** The credential of the console, and the secret of a link that logs in once, where Vigie made them itself. */
  readonly consoleToken: string | undefined;
  readonly loginSecret: string | undefined;
  readonly rules: number;
  /** Doors beside `/v1/events` and FHIR, a line each. */
  readonly inlets: readonly string[];
  /** What is printed is kept where others read it too: credentials that hold for good are named by their files. */
  readonly keptByOthers: boolean;
}

/** What a person sees once everything runs: what is up, where to send, where to look, what to try next. */
export function board({
  config,
  processes,
  startedInMs,
  developmentToken,
  consoleToken,
  loginSecret,
  rules,
  inlets,
  keptByOthers,
}: BoardFacts): string {
  const data = shownPath(config.VIGIE_DATA_DIR);
  const shown = (token: string, file: string) => (keptByOthers ? `$(cat ${join(keysDir(data), file)})` : token);
  const bearer = developmentToken ? shown(developmentToken.token, 'ingest.token') : '<a token of VIGIE_INGEST_TOKENS>';
  const ingest = addressOf(config, 'ingestor');
  const lines = [
    '',
    `Vigie is up (${(startedInMs / 1000).toFixed(1)} s).`,
    '',
    ...processes.map(
      ({ name, service, port }) =>
        `  ${name.padEnd(11)} ready   http://${config.VIGIE_HOST}:${port}   ${aboutOf(service, config, rules)}`,
    ),
    '',
    ...section('Send', [
      `POST ${ingest}/v1/events   JSON, array or NDJSON; also /fhir/AuditEvent and /fhir`,
      `Authorization: Bearer ${bearer}${developmentToken ? `   (made for this machine: source dev, group ${developmentToken.group})` : ''}`,
    ]),
    ...section('Inlets', inlets),
    ...section('Query', [
      config.CLICKHOUSE_URL
        ? `${clickhouseUrl(config)}, database vigie`
        : `curl ${clickhouseUrl(config)} --data-binary 'SELECT * FROM vigie.incidents FORMAT PrettyCompact'`,
    ]),
    ...section('Watch', [
      processes.map(({ name, port }) => `${name} :${port}/metrics`).join('   '),
      'health: /health/live, /health/ready on the same ports',
    ]),
    ...section('Told', [
      config.VIGIE_WEBHOOK_URL || config.VIGIE_WEBHOOKS_FILE
        ? 'incident changes go to the configured webhook and to the notifier log'
        : `incident changes go to ${data}/logs/notifier.log; set VIGIE_WEBHOOK_URL to send them on`,
    ]),
    ...section('Pages', [
      loginSecret
        ? `${addressOf(config, 'console')}/login#login=${loginSecret}   (logs in once, within the hour)`
        : (config.VIGIE_CONSOLE_URL ?? addressOf(config, 'console')),
    ]),
    ...section('Cases', [
      `npx vigie case list      or GET ${addressOf(config, 'console')}/v1/cases`,
      consoleToken
        ? `Authorization: Bearer ${shown(consoleToken, 'console.token')}   (made for this machine: user dev)`
        : 'by the users of VIGIE_CONSOLE_USERS_FILE; VIGIE_CONSOLE_TOKEN for the command',
    ]),
    ...section('Kept', [`${data}/   (log, store, state, keys; output of each process in ${data}/logs/)`]),
    ...section('Try', [
      `curl -s ${ingest}/v1/events -H "Authorization: Bearer ${bearer}" -H 'Content-Type: application/json' -d '${tryEvent}'`,
      'npm start -- --demo      a simulated hospital day with one usurped account',
      'npx vigie doctor         what this installation lacks, and what to do',
      'npx vigie --help         rules, migrations, pseudonyms',
    ]),
    '',
    '  Ctrl-C stops everything in order and loses nothing.',
    '',
  ];
  return lines.join('\n');
}

const tryEvent =
  '{"time":"2026-01-05T08:12:03Z","clinic_id":"750300123","actor_id":"dr.martin","action":"read","patient_ids":["8001234"],"id":"1"}';

/** From the folder that one is in, where it lies below it. */
function shownPath(path: string): string {
  const below = relative(process.cwd(), path);
  return below === '' || below.startsWith('..') ? path : below;
}

function section(title: string, rows: readonly string[]): readonly string[] {
  return rows.map((row, index) => `  ${(index ? '' : title).padEnd(7)}${row}`);
}

function aboutOf(name: ProcessName, config: CommandConfig, rules: number): string {
  switch (name) {
    case 'clickhouse':
      return 'embedded ClickHouse';
    case 'scorer':
      return `${rules} rules`;
    case 'archiver':
      return `into ${clickhouseUrl(config)}`;
    case 'ingestor':
      return config.KAFKA_BROKERS ? `log: Kafka at ${config.KAFKA_BROKERS.join(', ')}` : 'log: embedded';
    default:
      return '';
  }
}
