import { hash } from 'node:crypto';
import { createMcpHandler, type McpHttpHandler } from '@modelcontextprotocol/server';
import canonicalize from 'canonicalize';
import { z } from 'zod';
import type { AuditFact } from '#libs/contracts/audit-row.js';
import { type Clock, isoOf } from '#libs/runtime/clock.js';
import { type Answer, refused } from '../answer/answer.js';
import { Call, type CallTools } from './call.js';
import { CallRate } from './call-rate.js';
import { type Offer, serverOf } from './serve.js';
import { nestingMax, nestsTooDeep } from './nesting.js';
import type { Assistant, AssistantTokens } from './tokens.js';
import type { Voice } from './voice.js';

/** Bytes of one question. */
export const questionBytesMax = 64 * 1024;

/** Questions that are written down: those whose answers show something. The others tell what could be asked. */
const shownBy = ['tools/call', 'resources/read', 'prompts/get'];

const question = z.looseObject({
  id: z.union([z.string().max(200), z.number()]).optional(),
  method: z.string().max(100).optional(),
  params: z
    .looseObject({ name: z.unknown().optional(), arguments: z.unknown().optional(), uri: z.unknown().optional() })
    .optional(),
});

export interface DeskTools extends CallTools {
  readonly tokens: AssistantTokens;
  readonly offer: Offer;
  readonly callsPerMinuteMax: number;
  /** Resolves once a row is durable, and rejects where that is not known. */
  readonly trail: { readonly record: (fact: AuditFact) => Promise<void> };
  readonly clock: Clock;
  /** Why cases may lack something. */
  readonly behind: () => string | undefined;
  readonly voiceOf: (assistant: Assistant) => Voice;
}

/** A question as it came over HTTP. */
export interface Question {
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** As JSON reads it. */
  readonly body: unknown;
  readonly remoteAddress: string;
}

export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
}

/** Answers assistants: whoever has a token, at most so often, each answer after its row of the audit. */
export class AssistantDesk {
  readonly #rate: CallRate;
  readonly #handler: McpHttpHandler;

  constructor(private readonly tools: DeskTools) {
    const { offer, log } = tools;
    this.#rate = new CallRate(tools.callsPerMinuteMax);
    const factory = ({ authInfo }: { readonly authInfo?: { readonly extra?: Record<string, unknown> } }) => {
      const call = authInfo?.extra?.['call'];
      if (!(call instanceof Call)) throw new Error('a question without its call');
      return serverOf(offer, call);
    };
    this.#handler = createMcpHandler(factory, {
      onerror: (cause) => log.debug('a question of an assistant was refused', { cause }),
    });
  }

  async answer(asked: Question): Promise<Reply> {
    const { tokens, clock, behind, voiceOf } = this.tools;
    const now = clock.now();
    const assistant = tokens.of(asked.headers['authorization'], now);
    if (!assistant)
      return replyOf(refused(401, 'no_token', 'give the token of an assistant that has not expired: Authorization: Bearer ...'), {
        'www-authenticate': 'Bearer',
      });
    const late = behind();
    if (late !== undefined) return replyOf(refused(503, 'not_ready', `this console is still reading the log: ${late}`));
    if (nestsTooDeep(asked.body)) return replyOf(refused(400, 'unfit_question', `a question nests at most ${nestingMax} deep`));
    const read = question.safeParse(asked.body);
    // An array would be several calls with one row of the audit.
    if (!read.success || Array.isArray(asked.body))
      return replyOf(
        refused(400, 'unfit_question', 'a question is one JSON object of JSON-RPC 2.0, and never several in an array'),
      );
    const { method = '' } = read.data;
    if (method === 'subscriptions/listen') return errorOf(200, read.data.id, -32601, 'nothing is told by itself: ask again');
    if (shownBy.includes(method) && !this.#rate.take(assistant.name, now))
      return replyOf(
        refused(429, 'too_many_calls', `an assistant may call ${this.#rate.perMinuteMax} times a minute: wait for the next one`),
        { 'retry-after': '60' },
      );
    const call = new Call({ assistant, voice: voiceOf(assistant), now }, this.tools);
    const reply = await this.#ask(asked, assistant, call);
    if (call.tool === '' && refusing.test(reply.text)) call.status = 422;
    if (!shownBy.includes(method) || (await this.#written(asked, read.data, assistant, call))) return reply;
    return errorOf(
      503,
      read.data.id,
      -32603,
      'not_audited: what is asked is written down first, and the log has not said that it has it. Ask again later',
    );
  }

  async #ask({ headers, body }: Question, assistant: Assistant, call: Call): Promise<Reply> {
    const given = Object.entries(headers).flatMap(([name, value]) =>
      value === undefined || dropped.has(name) ? [] : [[name, value] as [string, string]],
    );
    const request = new Request('http://vigie.invalid/mcp', { method: 'POST', headers: given, body: JSON.stringify(body) });
    const authInfo = { token: '', clientId: assistant.name, scopes: [], extra: { call } };
    const response = await this.#handler.fetch(request, { authInfo, parsedBody: body });
    const type = response.headers.get('content-type');
    return { status: response.status, headers: type === null ? {} : { 'content-type': type }, text: await response.text() };
  }

  /** Whether the row of a call is durable. */
  async #written(
    { remoteAddress }: Question,
    { method = '', params }: z.infer<typeof question>,
    { user }: Assistant,
    call: Call,
  ): Promise<boolean> {
    const { trail, clock, log } = this.tools;
    const asked = canonicalize({ arguments: params?.arguments ?? null, uri: params?.uri ?? null }) ?? '';
    const route = `/mcp${call.tool && `/${call.tool}`}#${hash('sha256', asked, 'hex').slice(0, 16)}`;
    try {
      await trail.record({
        at: isoOf(clock.now()),
        by: user.id.toWellFormed(),
        via: 'mcp',
        method,
        route,
        ...call.shown,
        status: call.status,
        remote_address: remoteAddress,
      });
      return true;
    } catch (cause) {
      log.warn('a call of an assistant could not be written down in the audit, and is not answered', { cause });
      return false;
    }
  }
}

/** How an answer begins that the protocol itself has refused: an unknown name, arguments that do not fit. */
const refusing = /"(error|isError)":(\{|true)/;

/** Of the connection, not of the question. */
const dropped = new Set(['host', 'connection', 'content-length', 'transfer-encoding', 'authorization']);

function replyOf({ status, body }: Answer, headers: Readonly<Record<string, string>> = {}): Reply {
  return { status, headers: { 'content-type': 'application/json; charset=utf-8', ...headers }, text: JSON.stringify(body) };
}

function errorOf(status: number, id: string | number | undefined, code: number, message: string): Reply {
  const text = JSON.stringify({ jsonrpc: '2.0', id: id ?? null, error: { code, message } });
  return { status, headers: { 'content-type': 'application/json; charset=utf-8' }, text };
}
