import type { CertificatePair } from '#libs/runtime/renewal/own-certificate.js';
import { CertifiedAgent } from './certified-agent.js';
import { asForm, withShortValues } from './long-parameters.js';
import { sameMeaning } from './same-meaning.js';
import { commandHeader } from './services-credential.js';
import { type ClickHouseClient, ClickHouseLogLevel, type ClickHouseSettings, createClient } from '@clickhouse/client';

export interface StoreAddress {
  /** `http://127.0.0.1:7423` */
  readonly url: string;
  readonly user: string;
  readonly password: string;
  /** The password as it is at a request, where it may change. */
  readonly passwordNow?: () => string;
  /** What is shown of this process at a connection. Without a password the user is who it names. */
  readonly certificateNow?: () => CertificatePair;
  /** Of a command that shows patients, the account of this machine that it runs under: the embedded ClickHouse writes that down. */
  readonly by?: string;
  /** How long a statement may take before it is given up, milliseconds, where it is not the usual time. */
  readonly requestMs?: number;
}

/** The server closes an idle connection after 10 s; ours must be gone well before, or a request is sent into a closing socket. */
const idleSocketMs = 5000;

/** An insert or query that has no answer after this long is given up, in milliseconds. What became of it is then unknown. */
const requestMsMax = 120_000;

const socketsMax = 8;

/**
 * A client that never stores something else than it was given: unknown fields and nulls are errors, inserts are answered only when they
 * are stored. It does not try again by itself: a repeated insert needs its token, which the store gives it.
 */
export function createStoreClient({
  url,
  user,
  password,
  passwordNow,
  certificateNow,
  by,
  requestMs = requestMsMax,
}: StoreAddress): ClickHouseClient {
  const client = createClient({
    url,
    username: user,
    password,
    application: 'vigie',
    http_headers: {
      ...(by !== undefined && { [commandHeader]: encodeURIComponent(by) }),
      ...(certificateNow && password === '' && byCertificate(user)),
    },
    ...(certificateNow && { http_agent: new CertifiedAgent(certificateNow, socketsMax), set_basic_auth_header: password !== '' }),
    // Errors reach the caller; its log knows what may be written down.
    log: { level: ClickHouseLogLevel.OFF },
    request_timeout: requestMs,
    max_open_connections: socketsMax,
    use_multipart_params_auto: true,
    keep_alive: { enabled: true, idle_socket_ttl: idleSocketMs, eagerly_destroy_stale_sockets: true },
    clickhouse_settings: {
      async_insert: 0,
      wait_end_of_query: 1,
      input_format_skip_unknown_fields: 0,
      input_format_null_as_default: 0,
      input_format_allow_errors_num: '0',
      input_format_allow_errors_ratio: 0,
      date_time_input_format: 'best_effort',
      input_format_import_nested_json: 0,
    },
  });
  askAlike(client);
  if (passwordNow) askWith(client, () => ({ username: user, password: passwordNow() }));
  return client;
}

/** How ClickHouse is told who is meant where the certificate of the connection proves it. */
function byCertificate(user: string): Readonly<Record<string, string>> {
  return { 'X-ClickHouse-User': user, 'X-ClickHouse-SSL-Certificate-Auth': 'on' };
}

/** Statements mean the same everywhere, and long lists fit. Rows that are sent are parsed and stored, and have no meaning that a profile could change: they go without, which saves the server its time. */
function askAlike(client: ClickHouseClient): void {
  const plain = { query: client.query.bind(client), command: client.command.bind(client), exec: client.exec.bind(client) };
  Object.assign(client, {
    query: (asked: Parameters<typeof plain.query>[0]) => plain.query(alike(withShortValues(asked))),
    command: (asked: Parameters<typeof plain.command>[0]) => plain.command(alike(asForm(withShortValues(asked)))),
    exec: (asked: Parameters<typeof plain.exec>[0]) =>
      plain.exec('values' in asked && asked.values ? asked : alike(asForm(withShortValues(asked)))),
  });
}

function alike<Asked extends { readonly clickhouse_settings?: ClickHouseSettings }>(asked: Asked): Asked {
  return { ...asked, clickhouse_settings: { ...sameMeaning, ...asked.clickhouse_settings } };
}

/** The client keeps the password that it was made with; each request may bring its own. */
function askWith(client: ClickHouseClient, auth: () => { readonly username: string; readonly password: string }): void {
  const plain = {
    query: client.query.bind(client),
    insert: client.insert.bind(client),
    command: client.command.bind(client),
    exec: client.exec.bind(client),
  };
  Object.assign(client, {
    query: (asked: Parameters<typeof plain.query>[0]) => plain.query({ auth: auth(), ...asked }),
    insert: (asked: Parameters<typeof plain.insert>[0]) => plain.insert({ auth: auth(), ...asked }),
    command: (asked: Parameters<typeof plain.command>[0]) => plain.command({ auth: auth(), ...asked }),
    exec: (asked: Parameters<typeof plain.exec>[0]) => plain.exec({ auth: auth(), ...asked }),
  });
}
