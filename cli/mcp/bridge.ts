// mcp/: `vigie mcp`: the tools of the console for assistants that start a program and speak with it over its streams.
// It adds nothing and keeps nothing: each message goes on to the console as it came.

import type { Readable, Writable } from 'node:stream';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { type JSONRPCMessage, isJSONRPCRequest } from '@modelcontextprotocol/server';
import { StdioServerTransport } from '@modelcontextprotocol/server/stdio';
import { z } from 'zod';
import { isError, messageOf } from '#libs/runtime/outcome.js';

export interface BridgeOptions {
  /** Of the console, without `/mcp`. */
  readonly url: string;
  /** Of an assistant. */
  readonly token: string;
  readonly stdin: Readable;
  readonly stdout: Writable;
}

const refusal = z.union([
  z.object({ message: z.string() }).transform(({ message }) => message),
  z.object({ error: z.object({ message: z.string() }) }).transform(({ error }) => error.message),
]);
const internalError = -32603;

/** Carries messages between a client on two streams and the console, until the client closes its end. */
export async function bridge({ url, token, stdin, stdout }: BridgeOptions): Promise<void> {
  const near = new StdioServerTransport(stdin, stdout);
  const far = new StreamableHTTPClientTransport(new URL('mcp', `${url.replace(/\/+$/, '')}/`), {
    requestInit: { headers: { authorization: `Bearer ${token}`, 'vigie-via': 'mcp' } },
    fetch: (at, init) => fetchOrSay(url, at, init),
  });
  const { promise: ended, resolve } = Promise.withResolvers<void>();
  const waiting = new Set<Promise<void>>();
  const passOn = (message: JSONRPCMessage) => {
    const sent = far.send(message).catch((cause: unknown) => answer(near, message, cause));
    waiting.add(sent);
    void sent.finally(() => waiting.delete(sent));
  };
  // Transports are listened to by these alone.
  Object.assign(near, { onmessage: passOn, onclose: resolve });
  Object.assign(far, { onmessage: (message: JSONRPCMessage) => void near.send(message) });
  await far.start();
  await near.start();
  await ended;
  await Promise.allSettled(waiting);
  await far.close();
}

/** A question that the console did not take is answered with why, so that the client does not wait; a notification is nobody's to wait for. */
async function answer(near: StdioServerTransport, message: JSONRPCMessage, cause: unknown): Promise<void> {
  if (!isJSONRPCRequest(message)) return;
  const error = { code: internalError, message: messageOf(cause) };
  await near.send({ jsonrpc: '2.0', id: message.id, error });
}

/** Rejects with the sentence of the console, or what to do where none answers. What the protocol itself says with a status goes on as it is. */
async function fetchOrSay(url: string, at: string | URL, init?: RequestInit): Promise<Response> {
  const response = await fetch(at, init).catch((cause: unknown) => {
    const why = isError(cause) && isError(cause.cause) ? cause.cause.message : String(cause);
    throw new Error(`the console does not answer at ${url} (${why}): start Vigie, or set VIGIE_CONSOLE_URL`);
  });
  if (init?.method !== 'POST' || response.ok || response.status === 400) return response;
  const said = refusal.safeParse(await response.json().catch(() => undefined));
  throw new Error(said.success ? said.data : `the console answered with HTTP ${response.status} and no reason`);
}
