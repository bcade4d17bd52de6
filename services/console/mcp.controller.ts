import { All, Controller, Headers, Inject, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { ownHostsOf } from '#libs/runtime/config.js';
import type { OwnHosts } from '#libs/runtime/host-check.js';
import { refused } from './answer/answer.js';
import { CONSOLE_CONFIG, type ConsoleConfig } from './config.js';
import type { Given } from './door.js';
import { AssistantDesk, questionBytesMax } from './mcp/desk.js';
import { foreignAnswer } from './mcp/gate.js';

/** `/mcp`: the tools of assistants, by the Model Context Protocol over HTTP. 404 where no file of tokens is named. */
@Controller('mcp')
export class McpController {
  constructor(
    @Inject(CONSOLE_CONFIG) private readonly config: ConsoleConfig,
    @Inject(AssistantDesk) private readonly desk: AssistantDesk | undefined,
  ) {}

  @All()
  async ask(@Headers() headers: Given, @Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const kept = this.#keptBack(headers, request);
    void reply.header('cache-control', 'no-store');
    if (kept || !this.desk) {
      const { status, body } = kept ?? noTokens;
      return void reply.status(status).header('allow', 'POST').send(body);
    }
    const { status, headers: given, text } = await this.desk.answer({ headers, body: request.body, remoteAddress: request.ip });
    void reply.status(status).headers(given).send(text);
  }

  /** The name by which people open the console is one by which assistants come, too. */
  #hosts(): OwnHosts {
    const { bound, names = [] } = ownHostsOf(this.config);
    const { VIGIE_CONSOLE_URL: url } = this.config;
    return { bound, names: url === undefined ? names : [...names, new URL(url).hostname] };
  }

  #keptBack(headers: Given, { method }: FastifyRequest) {
    const foreign = foreignAnswer(headers['host'], headers['origin'], this.#hosts());
    if (foreign || !this.desk) return foreign;
    if (method !== 'POST')
      return refused(405, 'post_only', 'questions come by POST: nothing is told by itself, and no session is kept');
    if (Number(headers['content-length'] ?? 0) > questionBytesMax)
      return refused(413, 'too_large', `a question has at most ${questionBytesMax / 1024} KiB`);
    return undefined;
  }
}

const noTokens = refused(404, 'no_assistants', 'VIGIE_MCP_TOKENS_FILE names no file of tokens, so that no assistant is answered');
