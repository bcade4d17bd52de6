import { hash } from 'node:crypto';
import { Body, Controller, Get, Headers, HttpCode, Inject, Param, Patch, Post, Query, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { DossierShelf } from '#libs/access-store/dossiers/dossier-shelf.js';
import { ControllerRegister } from '#libs/case-log/controller-register.js';
import { DeadlinesFile } from '#libs/case-log/deadlines-file.js';
import type { Clock } from '#libs/runtime/clock.js';
import { Metrics } from '#libs/runtime/metrics.js';
import { CLOCK } from '#libs/runtime/runtime.module.js';
import { answerDossier, type DossierActTools, freezeDossier } from './act/dossier-acts.js';
import type { Wish } from './act/take-action.js';
import { type Answer, ok } from './answer/answer.js';
import { type DossierTools, type GivenFile, listName, listSnapshots, newestDossier, snapshotFile } from './answer/dossiers.js';
import { compareSnapshots, verifySnapshot } from './answer/snapshot-checks.js';
import { findCase, isAnswer } from './answer/find-case.js';
import { listKeptBack } from './answer/patients.js';
import { shippedLabels } from '#libs/dossier/shipped.js';
import { AuditHook } from './audit/audit-hook.js';
import { CONSOLE_CONFIG, type ConsoleConfig } from './config.js';
import { Door, fromStore, type Given } from './door.js';
import { ConsolePipeline } from './follow/pipeline.js';
import type { User } from './users/users.js';
import { CaseSight } from './visible/case-sight.js';
import type { SeenCase } from './visible/seen-case.js';

/** What is frozen of cases, and its files; freezing, and the answers of people. */
@Controller('v1')
export class DossiersController {
  constructor(
    @Inject(ConsolePipeline) private readonly pipeline: ConsolePipeline,
    @Inject(DossierShelf) private readonly shelf: DossierShelf,
    @Inject(DeadlinesFile) private readonly deadlines: DeadlinesFile,
    @Inject(AuditHook) private readonly audit: AuditHook,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(Door) private readonly door: Door,
    @Inject(ControllerRegister) private readonly register: ControllerRegister,
    @Inject(CONSOLE_CONFIG) private readonly config: ConsoleConfig,
    @Inject(Metrics) private readonly metrics: Metrics,
    @Inject(CaseSight) private readonly sight: CaseSight,
  ) {}

  @Get('cases/:id/snapshots')
  snapshots(@Headers() headers: Given, @Param('id') id: string, @Res() reply: FastifyReply): Promise<void> {
    return this.#give(headers, reply, (tools) => this.#ofCase(tools, id, (seen) => listSnapshots(tools, seen)));
  }

  @Get('cases/:id/dossier/:controller')
  dossier(
    @Headers() headers: Given,
    @Param('id') id: string,
    @Param('controller') of: string,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    return this.#give(headers, reply, (tools) => this.#ofCase(tools, id, (seen) => newestDossier(tools, seen, of)));
  }

  @Patch('cases/:id/dossier/:controller')
  answer(
    @Headers() headers: Given,
    @Param('id') id: string,
    @Param('controller') of: string,
    @Body() body: unknown,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<object> {
    return this.#act(headers, reply, { id, body }, (tools, wish) => answerDossier(tools, of, wish));
  }

  @Post('cases/:id/dossier/:controller/freeze')
  @HttpCode(200)
  freeze(
    @Headers() headers: Given,
    @Param('id') id: string,
    @Param('controller') of: string,
    @Body() body: unknown,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<object> {
    return this.#act(headers, reply, { id, body }, async (tools, wish) => {
      const kept = listKeptBack(wish.user, ['dpo'], this.door.confirmedUntil(headers), this.clock.now());
      return kept ?? freezeDossier(tools, of, wish);
    });
  }

  /** The words of the form, in both languages; of no case. */
  @Get('dossier-labels')
  words(@Headers() headers: Given, @Res({ passthrough: true }) reply: FastifyReply): object {
    this.door.userOf(headers, reply);
    const { unknown, parts, fields, values } = shippedLabels;
    return this.door.send(reply, ok({ unknown, parts, fields, values }, { case_id: '', rows: 0 }));
  }

  @Get('snapshots/:id/verification')
  verification(@Headers() headers: Given, @Param('id') id: string, @Res() reply: FastifyReply): Promise<void> {
    return this.#give(headers, reply, (tools) => verifySnapshot(tools, id));
  }

  @Get('snapshots/:id/difference/:to')
  difference(
    @Headers() headers: Given,
    @Param('id') id: string,
    @Param('to') to: string,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    return this.#give(headers, reply, (tools) => compareSnapshots(tools, id, to));
  }

  @Get('snapshots/:id/files/:name')
  file(
    @Headers() headers: Given,
    @Param('id') id: string,
    @Param('name') name: string,
    @Query('language') language: unknown,
    @Query('spreadsheet') spreadsheet: unknown,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    return this.#give(headers, reply, async (tools) => {
      const kept =
        name === listName ? listKeptBack(tools.user, ['dpo'], this.door.confirmedUntil(headers), tools.now) : undefined;
      return kept ?? snapshotFile(tools, id, name, { language, spreadsheet });
    });
  }

  async #act(
    headers: Given,
    reply: FastifyReply,
    { id, body }: { id: string; body: unknown },
    act: (tools: DossierActTools, wish: Wish) => Promise<Answer>,
  ): Promise<object> {
    const user = this.door.userOf(headers, reply);
    const { pipeline, sight, clock, metrics, register, config, shelf } = this;
    const found = findCase(sight, id, user, clock.now());
    if (isAnswer(found)) return this.door.send(reply, found);
    const append = pipeline.append.bind(pipeline);
    const tools = {
      book: pipeline.book,
      sight,
      clock,
      metrics,
      register,
      patientPatterns: config.patientPatterns,
      routingFile: config.VIGIE_ROUTING_FILE,
      lengths: this.deadlines.lengths(),
      append,
      shelf,
      rulesDir: config.VIGIE_RULES_DIR,
      stored: (id: string) => pipeline.writer.stored(id),
    };
    const wish = { seen: found.seen, user, key: headers['idempotency-key'], via: headers['vigie-via'], body };
    const answer = await fromStore(() => act(tools, wish));
    return this.door.send(reply, { shows: { case_id: found.seen.row.case_id, rows: 0 }, ...answer });
  }

  #ofCase<T>({ user, now }: DossierTools, id: string, say: (seen: SeenCase) => Promise<T>): Promise<T | Answer> {
    const found = findCase(this.sight, id, user, now);
    return isAnswer(found) ? Promise.resolve(found) : say(found.seen);
  }

  async #give(headers: Given, reply: FastifyReply, find: (tools: DossierTools) => Promise<GivenFile | Answer>): Promise<void> {
    const found = await fromStore(() => find(this.#tools(this.door.userOf(headers, reply))));
    if ('status' in found) return void reply.send(this.door.send(reply, found));
    this.audit.shows(reply, found.shows);
    if (typeof found.content === 'string') void reply.header('etag', `"${hash('sha256', found.content, 'hex')}"`);
    void reply
      .header('cache-control', 'no-store')
      .header('content-type', found.type)
      .header('content-disposition', 'attachment')
      .send(found.content);
  }

  #tools(user: User): DossierTools {
    return { shelf: this.shelf, book: this.pipeline.book, user, now: this.clock.now(), lengths: this.deadlines.lengths() };
  }
}
