import { hash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { Client as OldClient } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport as OldTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';

/** Tokens of tests, each with its name as token. */
export const testTokens = [
  { name: 'all', owner: 'a.durand', role: 'analyst', clinics: ['*'], actor: 'full' },
  { name: 'masked', owner: 'a.durand', role: 'analyst', clinics: ['*'], actor: 'masked' },
  { name: 'ndb', owner: 'n.petit', role: 'analyst', clinics: ['750300123'], actor: 'full' },
  { name: 'far', owner: 'dpo.elsewhere', role: 'dpo', clinics: ['990000009'], actor: 'full' },
  { name: 'officer', owner: 'dpo', role: 'dpo', clinics: ['*'], actor: 'full' },
  { name: 'reader', owner: 'l.roux', role: 'reader', clinics: ['*'], actor: 'full' },
  { name: 'keeps', owner: 'ops', role: 'operator', clinics: ['*'], actor: 'full' },
  { name: 'elsewhere', owner: 'a.durand', role: 'analyst', clinics: ['*'], actor: 'full', group_id: 'helix' },
  { name: 'expired', owner: 'a.durand', role: 'analyst', clinics: ['*'], actor: 'full', expires: '2026-01-01T00:00:00.000Z' },
] as const; // prettier-ignore
export type TokenName = (typeof testTokens)[number]['name'];

export function writeTokens(folder: string): string {
  const path = join(folder, 'tokens.json');
  const tokens = testTokens.map((one) => ({
    group_id: 'aleo',
    expires: '2999-01-01T00:00:00.000Z',
    ...one,
    sha256: hash('sha256', one.name, 'hex'),
  }));
  writeFileSync(path, JSON.stringify({ tokens }));
  return path;
}

/** What the protocol answers to one call. */
export interface Told {
  readonly isError?: boolean;
  readonly structuredContent?: Readonly<Record<string, unknown>>;
  readonly content?: readonly { readonly text?: string }[];
}

/** Asks `/mcp` without a socket, as clients of 2025 do: no session, no handshake before the first call. */
export async function post(
  app: NestFastifyApplication,
  token: string,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
) {
  const answer = await app.inject({
    method: 'POST',
    url: '/mcp',
    headers: {
      host: 'localhost',
      authorization: `Bearer ${token}`,
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      ...headers,
    },
    payload: JSON.stringify(body),
  });
  return { status: answer.statusCode, headers: answer.headers, body: jsonOf(answer.body) };
}

export async function call(app: NestFastifyApplication, token: TokenName, name: string, given: object = {}): Promise<Told> {
  const { body } = await post(app, token, { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name, arguments: given } });
  const { result, error } = body as { readonly result?: Told; readonly error?: { readonly message: string } };
  return result ?? { isError: true, content: [{ text: JSON.stringify({ error: 'protocol', message: error?.message }) }] };
}

/** The rows under a key of an answer; none of a refusal. */
export function rowsIn({ structuredContent }: Told, key: string): readonly Readonly<Record<string, unknown>>[] {
  const rows = structuredContent?.[key];
  return Array.isArray(rows) ? (rows as readonly Readonly<Record<string, unknown>>[]) : [];
}

/** The word of a refusal. */
export function refusalOf({ isError, content }: Told): string | undefined {
  const [first] = content ?? [];
  if (!isError) return undefined;
  try {
    return (JSON.parse(first?.text ?? '') as { readonly error: string }).error;
  } catch {
    return first?.text;
  }
}

/** Server-sent events of one answer, or JSON. */
function jsonOf(text: string): unknown {
  const data = /^data: (\{.+)$/m.exec(text)?.[1] ?? text;
  try {
    return JSON.parse(data);
  } catch {
    return data;
  }
}

export interface Asking {
  readonly era: string;
  readonly tools: () => Promise<readonly string[]>;
  readonly call: (name: string, given: Record<string, unknown>) => Promise<Told>;
  readonly close: () => Promise<void>;
}

/** A client of the present protocol, one that still opens with `initialize`, and one of the line of SDKs before. */
export async function allClients(url: string, token: string): Promise<readonly Asking[]> {
  const requestInit = { headers: { authorization: `Bearer ${token}` } };
  const made: Asking[] = [];
  for (const mode of ['auto', 'legacy'] as const) {
    const client = new Client({ name: 'test', version: '1' }, { versionNegotiation: { mode } });
    await client.connect(new StreamableHTTPClientTransport(new URL(url), { requestInit }));
    made.push({
      era: `${mode} ${client.getNegotiatedProtocolVersion()}`,
      tools: async () => (await client.listTools()).tools.map(({ name }) => name),
      call: async (name, given) => (await client.callTool({ name, arguments: given })) as Told,
      close: () => client.close(),
    });
  }
  const old = new OldClient({ name: 'test', version: '1' });
  const transport = new OldTransport(new URL(url), { requestInit });
  await old.connect(transport as Parameters<OldClient['connect']>[0]);
  made.push({
    era: `sdk 1 ${transport.protocolVersion}`,
    tools: async () => (await old.listTools()).tools.map(({ name }) => name),
    call: async (name, given) => (await old.callTool({ name, arguments: given })) as Told,
    close: () => old.close(),
  });
  return made;
}
