import { Body, Controller, Get, Headers, Inject, type OnModuleDestroy, Param, Post, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { DeskRecords } from '#libs/access-store/desk/desk-records.js';
import type { Clock } from '#libs/runtime/clock.js';
import { CLOCK } from '#libs/runtime/runtime.module.js';
import { type Answer } from './answer/answer.js';
import { Door, fromStore, type Given } from './door.js';
import { exceptionsOf } from './study/desk-looks.js';
import { Backtests } from './study/backtests.js';
import { listRules, type RuleTools, showRule } from './study/rule-book.js';
import { showRunbook, showRunbookOf } from './study/runbooks.js';
import { RuleSources } from './study/rule-sources.js';
import type { User } from './users/users.js';
import { CaseSight } from './visible/case-sight.js';

/** The rules in use, and what they would do if they were others. Nothing here changes them. */
@Controller('v1')
export class RulesController implements OnModuleDestroy {
  constructor(
    @Inject(RuleSources) private readonly sources: RuleSources,
    @Inject(Backtests) private readonly backtests: Backtests,
    @Inject(DeskRecords) private readonly records: DeskRecords,
    @Inject(CaseSight) private readonly sight: CaseSight,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(Door) private readonly door: Door,
  ) {}

  @Get('rules')
  list(@Headers() headers: Given, @Res({ passthrough: true }) reply: FastifyReply): Promise<object> {
    return this.#answer(headers, reply, (user) => listRules(this.#tools(user)));
  }

  @Get('rules/:id')
  show(@Headers() headers: Given, @Param('id') id: string, @Res({ passthrough: true }) reply: FastifyReply): Promise<object> {
    return this.#answer(headers, reply, (user) => showRule(this.#tools(user), id));
  }

  @Get('rules/:id/runbook')
  async runbookOf(
    @Headers() headers: Given,
    @Param('id') id: string,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<object> {
    this.door.somebody(headers, reply);
    return this.door.send(reply, await fromStore(() => showRunbookOf(this.sources, id)));
  }

  /** Told also while the log is not read: it is needed then. */
  @Get('runbooks/:name')
  runbook(@Headers() headers: Given, @Param('name') name: string, @Res({ passthrough: true }) reply: FastifyReply): object {
    this.door.somebody(headers, reply);
    return this.door.send(reply, showRunbook(name));
  }

  @Get('exceptions')
  exceptions(@Headers() headers: Given, @Res({ passthrough: true }) reply: FastifyReply): Promise<object> {
    return this.#answer(headers, reply, async (user) =>
      exceptionsOf({ records: this.records, user, now: this.clock.now() }, await this.sources.loaded()),
    );
  }

  @Post('backtests')
  begin(@Headers() headers: Given, @Body() body: unknown, @Res({ passthrough: true }) reply: FastifyReply): Promise<object> {
    return this.#answer(headers, reply, (user) => this.backtests.begin(user, body, this.clock.now()));
  }

  @Get('backtests')
  all(@Headers() headers: Given, @Res({ passthrough: true }) reply: FastifyReply): Promise<object> {
    return this.#answer(headers, reply, async (user) => this.backtests.list(user));
  }

  @Get('backtests/:id')
  found(@Headers() headers: Given, @Param('id') id: string, @Res({ passthrough: true }) reply: FastifyReply): Promise<object> {
    return this.#answer(headers, reply, async (user) => this.backtests.show(user, id, this.sight, this.clock.now()));
  }

  /** A backtest that runs ends with its console. */
  onModuleDestroy(): void {
    this.backtests.stop();
  }

  #tools(user: User): RuleTools {
    const { sources } = this;
    const now = this.clock.now();
    return { loaded: () => sources.loaded(), texts: () => sources.texts(), verdicts: () => sources.verdicts(now), user, now };
  }

  async #answer(headers: Given, reply: FastifyReply, answer: (user: User) => Promise<Answer>): Promise<object> {
    const user = this.door.userOf(headers, reply);
    return this.door.send(reply, await fromStore(() => answer(user)));
  }
}
