import { Body, Controller, Delete, Get, Headers, Inject, Param, Post, Query, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { DeskRecords } from '#libs/access-store/desk/desk-records.js';
import { ClickHouseLeakStore } from '#libs/access-store/leaks/clickhouse-leak-store.js';
import { ClickHouseMutes } from '#libs/access-store/lists/clickhouse-mutes.js';
import type { Clock } from '#libs/runtime/clock.js';
import { CLOCK } from '#libs/runtime/runtime.module.js';
import { addMute, listMutes, type MuteTools, removeMute } from './act/mutes.js';
import { type Answer, refused } from './answer/answer.js';
import { askLeak } from './answer/leaks.js';
import { whoIsOnCall } from './answer/on-call.js';
import { CONSOLE_CONFIG, type ConsoleConfig } from './config.js';
import { ConsolePipeline } from './follow/pipeline.js';
import { Door, fromStore, type Given } from './door.js';
import { booksOf, channelsOf, type LookTools, pastLeak, pastLeaks } from './study/desk-looks.js';
import type { User } from './users/users.js';

/** What is beside cases: mutes, who is on call and how they are reached, whose leak a sample is, the books, and what changes. */
@Controller('v1')
export class DeskController {
  constructor(
    @Inject(CONSOLE_CONFIG) private readonly config: ConsoleConfig,
    @Inject(ConsolePipeline) private readonly pipeline: ConsolePipeline,
    @Inject(ClickHouseMutes) private readonly mutes: ClickHouseMutes,
    @Inject(ClickHouseLeakStore) private readonly leaks: ClickHouseLeakStore,
    @Inject(DeskRecords) private readonly records: DeskRecords,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(Door) private readonly door: Door,
  ) {}

  @Get('mutes')
  list(@Headers() headers: Given, @Res({ passthrough: true }) reply: FastifyReply): Promise<object> {
    return this.#answer(headers, reply, (user) => listMutes(this.#muteTools(user)));
  }

  @Post('mutes')
  mute(@Headers() headers: Given, @Body() body: unknown, @Res({ passthrough: true }) reply: FastifyReply): Promise<object> {
    return this.#answer(headers, reply, (user) => addMute(this.#muteTools(user), headers['idempotency-key'], body));
  }

  @Delete('mutes/:id')
  unmute(@Headers() headers: Given, @Param('id') id: string, @Res({ passthrough: true }) reply: FastifyReply): Promise<object> {
    return this.#answer(headers, reply, (user) => removeMute(this.#muteTools(user), id));
  }

  @Get('oncall')
  onCall(@Headers() headers: Given, @Query('at') at: unknown, @Res({ passthrough: true }) reply: FastifyReply): Promise<object> {
    return this.#answer(headers, reply, async () => whoIsOnCall(this.config.VIGIE_ROUTING_FILE, at, this.clock.now()));
  }

  @Post('leaks')
  leak(@Headers() headers: Given, @Body() body: unknown, @Res({ passthrough: true }) reply: FastifyReply): Promise<object> {
    return this.#answer(headers, reply, (user) => askLeak(this.leaks, user, body, this.clock.now()));
  }

  @Get('leaks')
  compared(@Headers() headers: Given, @Res({ passthrough: true }) reply: FastifyReply): Promise<object> {
    return this.#answer(headers, reply, (user) => pastLeaks(this.#lookTools(user)));
  }

  @Get('leaks/:id')
  comparedOne(
    @Headers() headers: Given,
    @Param('id') id: string,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<object> {
    return this.#answer(headers, reply, (user) => pastLeak(this.#lookTools(user), id));
  }

  @Get('books')
  books(@Headers() headers: Given, @Res({ passthrough: true }) reply: FastifyReply): Promise<object> {
    return this.#answer(headers, reply, (user) => booksOf(this.#lookTools(user)));
  }

  @Get('channels')
  channels(@Headers() headers: Given, @Res({ passthrough: true }) reply: FastifyReply): Promise<object> {
    return this.#answer(headers, reply, (user) => channelsOf(this.#lookTools(user)));
  }

  /** Server-sent events. The answer is written down as it begins; what its events name is asked for, and written down then. */
  @Get('stream')
  stream(@Headers() headers: Given, @Res() reply: FastifyReply): void {
    const user = this.door.userOf(headers, reply);
    const { feed } = this.pipeline;
    if (feed.full)
      return void reply.send(
        this.door.send(reply, refused(503, 'too_many_listeners', 'this console has no room for another stream: ask again later')),
      );
    void reply
      .header('content-type', 'text/event-stream; charset=utf-8')
      .header('cache-control', 'no-store')
      .header('x-accel-buffering', 'no')
      .send(feed.listen(user, headers['last-event-id'], this.door.stands(headers)));
  }

  #lookTools(user: User): LookTools {
    return { records: this.records, user, now: this.clock.now() };
  }

  #muteTools(user: User): MuteTools {
    return { mutes: this.mutes, user, now: this.clock.now(), patientPatterns: this.config.patientPatterns };
  }

  async #answer(headers: Given, reply: FastifyReply, answer: (user: User) => Promise<Answer>): Promise<object> {
    const user = this.door.userOf(headers, reply);
    return this.door.send(reply, await fromStore(() => answer(user)));
  }
}
