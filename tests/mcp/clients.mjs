/**
 * `node tests/mcp/clients.mjs --url http://127.0.0.1:7414 --token TOKEN`: asks the `/mcp` of a running console with what others have made: the
 * conformance suite of the protocol, the command line of the inspector, and the clients of both generations. `--token` is one of an analyst or a
 * data-protection officer of all clinics. The first two are fetched by npx, since nothing else needs them. Ends with 1 when something failed.
 */
import { spawn, spawnSync } from 'node:child_process';
import { createServer, request } from 'node:http';
import { parseArgs } from 'node:util';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { Client as OldClient } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport as OldTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';

const conformance = '@modelcontextprotocol/conformance@0.1.16';
const inspector = '@modelcontextprotocol/inspector@2.12.0';
/**
 * Of the suite, those that any server can pass. The others (json-schema-2020-12 too) ask for tools, resources and prompts that a server has only for the suite, or for
 * logging, which this one does not offer.
 */
const scenarios = ['server-initialize', 'ping', 'tools-list', 'resources-list', 'prompts-list', 'dns-rebinding-protection'];

const { values } = parseArgs({
  options: {
    url: { type: 'string' },
    token: { type: 'string' },
    conformance: { type: 'string' },
    inspector: { type: 'string' },
  },
});
if (!values.url || !values.token) {
  process.stderr.write('give --url of the console and --token of an assistant\n');
  process.exit(2);
}
const url = new URL('mcp', `${values.url.replace(/\/+$/, '')}/`);
const headers = { authorization: `Bearer ${values.token}` };
let failures = 0;

const tools = await bothGenerations();
await conformanceSuite();
inspectorLine(tools);
process.stdout.write(failures === 0 ? 'all passed\n' : `${failures} failed\n`);
process.exit(Number(failures > 0));

function tell(passed, what, more = '') {
  if (!passed) failures += 1;
  process.stdout.write(`${passed ? 'ok  ' : 'FAIL'}  ${what}${more && `  ${more}`}\n`);
}

/** The tools, which the clients of both generations must list alike. */
async function bothGenerations() {
  const present = new Client({ name: 'mcp-clients', version: '1' }, { versionNegotiation: { mode: 'auto' } });
  await present.connect(new StreamableHTTPClientTransport(url, { requestInit: { headers } }));
  const { tools: described } = await present.listTools();
  const listed = described.map(({ name }) => name);
  const dialect = 'https://json-schema.org/draft/2020-12/schema';
  const strict = described.every(({ inputSchema, outputSchema }) =>
    [inputSchema, outputSchema].every((schema) => schema?.$schema === dialect && schema.additionalProperties === false),
  );
  tell(strict, 'every schema is strict, and of JSON Schema 2020-12');
  const old = new OldClient({ name: 'mcp-clients', version: '1' });
  await old.connect(new OldTransport(url, { requestInit: { headers } }));
  const others = (await old.listTools()).tools.map(({ name }) => name);
  tell(
    JSON.stringify(listed) === JSON.stringify(others),
    `both generations list the same ${listed.length} tools`,
    `(${present.getNegotiatedProtocolVersion()})`,
  );
  await present.close();
  await old.close();
  return listed;
}

/** The suite bears no token, so it asks by a door of our own that adds it and hands everything else on. */
async function conformanceSuite() {
  const door = createServer((from, to) => {
    const on = request(url, { method: from.method, headers: { ...from.headers, ...headers } }, (answer) => {
      to.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(to);
    });
    on.on('error', () => to.writeHead(502).end());
    from.pipe(on);
  });
  await new Promise((listening) => door.listen(0, '127.0.0.1', listening));
  const at = `http://localhost:${door.address().port}/mcp`;
  for (const scenario of scenarios) {
    const { status, output } = await run(values.conformance ?? ['npx', '-y', conformance], [
      'server',
      '--url',
      at,
      '--scenario',
      scenario,
    ]);
    const counted = /Passed: *\d+\/\d+.*/.exec(output)?.[0] ?? '';
    tell(status === 0, `conformance ${scenario}`, status === 0 ? counted : output.trim().split('\n').slice(-6).join(' | '));
  }
  door.close();
}

function inspectorLine(listed) {
  const base = [url.href, '--transport', 'http', '--header', `Authorization: ${headers.authorization}`];
  const [command, ...args] = typeof values.inspector === 'string' ? values.inspector.split(' ') : ['npx', '-y', inspector];
  const ask = (more) => {
    const { stdout, stderr } = spawnSync(command, [...args, '--cli', ...base, ...more], { encoding: 'utf8', timeout: 120_000 });
    return `${stdout}${stderr}`;
  };
  const first = /"case_id": *\\?"([0-9a-f]{32})/.exec(ask(['--method', 'tools/call', '--tool-name', 'list_cases']))?.[1] ?? '';
  const given = {
    get_rule: ['rule_id=5b0f6f0e-1c1e-4f0e-9d0a-2d6a3f6f7a10'],
    attribute_leak: ['leak_id=ffff'],
    query_figures: ['query=detection_speed'],
  };
  for (const name of listed) {
    const ofCase = /case|account|peers|dossier/.test(name) && name !== 'list_cases' ? [`case_id=${first}`] : [];
    const pairs = given[name] ?? ofCase;
    const output = ask(['--method', 'tools/call', '--tool-name', name, ...pairs.flatMap((pair) => ['--tool-arg', pair])]);
    // Where nobody has compared a sample yet, that is the answer.
    const passed = /"structuredContent"/.test(output) || (name === 'attribute_leak' && /unknown_leak/.test(output));
    tell(passed, `inspector ${name}`, passed ? '' : output.trim().slice(-300));
  }
}

/** Without blocking: the door must go on answering. */
async function run(given, more) {
  const [command, ...args] = typeof given === 'string' ? given.split(' ') : given;
  const child = spawn(command, [...args, ...more]);
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (output += String(text)));
  const status = await new Promise((ended) => child.on('close', ended));
  return { status, output };
}
