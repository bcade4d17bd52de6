import { Controller, Get, Headers, Inject, Param, Query, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { AccountRecord } from '#libs/access-store/accounts/account-record.js';
import { AssistantReader } from '#libs/access-store/assistant/assistant-reader.js';
import { RuleWindows } from '#libs/access-store/windows/rule-windows.js';
import type { Clock } from '#libs/runtime/clock.js';
import { CLOCK } from '#libs/runtime/runtime.module.js';
import type { Answer } from './answer/answer.js';
import { findCase, isAnswer } from './answer/find-case.js';
import { ListPlaces } from './answer/list-place.js';
import { keptForRoles, listKeptBack } from './answer/patients.js';
import { Door, fromStore, type Given } from './door.js';
import { accountRecord } from './study/account.js';
import { accessesOfWindow, whyOfCase, type WhyTools } from './study/why.js';
import { ScorerWindows } from './study/windows-now.js';
import type { Role, User } from './users/users.js';
import { CaseSight } from './visible/case-sight.js';
import type { SeenCase } from './visible/seen-case.js';

const investigators: readonly Role[] = ['analyst', 'dpo'];

/** Why a case fired, and what is normal for an account. */
@Controller('v1')
export class StudyController {
  constructor(
    @Inject(CaseSight) private readonly sight: CaseSight,
    @Inject(RuleWindows) private readonly windows: RuleWindows,
    @Inject(AccountRecord) private readonly record: AccountRecord,
    @Inject(ScorerWindows) private readonly scorers: ScorerWindows,
    @Inject(AssistantReader) private readonly reader: AssistantReader,
    @Inject(ListPlaces) private readonly places: ListPlaces,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(Door) private readonly door: Door,
  ) {}

  @Get('cases/:id/why')
  async why(
    @Headers() headers: Given,
    @Param('id') id: string,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<object> {
    const user = this.door.userOf(headers, reply);
    const kept = keptForRoles(user, investigators, 'why a case fired is told to');
    return this.door.send(reply, kept ?? (await this.#ofCase(id, user, whyOfCase)));
  }

  @Get('cases/:id/accesses')
  async accesses(
    @Headers() headers: Given,
    @Param('id') id: string,
    @Query() query: unknown,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<object> {
    const user = this.door.userOf(headers, reply);
    const kept = listKeptBack(user, investigators, this.door.confirmedUntil(headers), this.clock.now());
    return this.door.send(reply, kept ?? (await this.#ofCase(id, user, (tools, seen) => accessesOfWindow(tools, seen, query))));
  }

  @Get('accounts/:group/:actor')
  async account(
    @Headers() headers: Given,
    @Param('group') group: string,
    @Param('actor') actor: string,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<object> {
    const user = this.door.userOf(headers, reply);
    const { record, scorers } = this;
    const windowsOf = (groupId: string, actorId: string) => scorers.of(groupId, actorId);
    const tools = { record, reader: this.reader, windowsOf, user, now: this.clock.now() };
    const kept = keptForRoles(user, investigators, 'what an account does is told to');
    return this.door.send(reply, kept ?? (await fromStore(() => accountRecord(tools, group, actor))));
  }

  async #ofCase(id: string, user: User, say: (tools: WhyTools, seen: SeenCase) => Promise<Answer>): Promise<Answer> {
    const found = findCase(this.sight, id, user, this.clock.now());
    if (isAnswer(found)) return found;
    const { windows, places, reader } = this;
    return fromStore(() => say({ windows, reader, places, user }, found.seen));
  }
}
