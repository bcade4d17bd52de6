import { Controller, Get, Headers, Inject, Param, Query, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { DossierShelf } from '#libs/access-store/dossiers/dossier-shelf.js';
import { DeadlinesFile } from '#libs/case-log/deadlines-file.js';
import type { CaseView } from '#libs/cases/case-book.js';
import type { Clock } from '#libs/runtime/clock.js';
import { CLOCK } from '#libs/runtime/runtime.module.js';
import type { Answer } from './answer/answer.js';
import { type DossierTools, type GivenFile, listSnapshots, newestDossier, snapshotFile } from './answer/dossiers.js';
import { findCase, isAnswer } from './answer/find-case.js';
import { AuditHook } from './audit/audit-hook.js';
import { Door, fromStore, type Given } from './door.js';
import { ConsolePipeline } from './pipeline.js';
import type { User } from './users/users.js';

/** What is frozen of cases, and its files. Freezing is the command's, which has the rules. */
@Controller('v1')
export class DossiersController {
  constructor(
    @Inject(ConsolePipeline) private readonly pipeline: ConsolePipeline,
    @Inject(DossierShelf) private readonly shelf: DossierShelf,
    @Inject(DeadlinesFile) private readonly deadlines: DeadlinesFile,
    @Inject(AuditHook) private readonly audit: AuditHook,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(Door) private readonly door: Door,
  ) {}

  @Get('cases/:id/snapshots')
  snapshots(@Headers() headers: Given, @Param('id') id: string, @Res() reply: FastifyReply): Promise<void> {
    return this.#give(headers, reply, (tools) => this.#ofCase(tools, id, (view) => listSnapshots(tools, view)));
  }

  @Get('cases/:id/dossier/:controller')
  dossier(
    @Headers() headers: Given,
    @Param('id') id: string,
    @Param('controller') of: string,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    return this.#give(headers, reply, (tools) => this.#ofCase(tools, id, (view) => newestDossier(tools, view, of)));
  }

  @Get('snapshots/:id/files/:name')
  file(@Headers() headers: Given, @Param('id') id: string, @Param('name') name: string, @Query('language') language: unknown, @Res() reply: FastifyReply): Promise<void> {
    return this.#give(headers, reply, (tools) => snapshotFile(tools, id, name, language));
  } // prettier-ignore

  #ofCase<T>({ book, user, now }: DossierTools, id: string, say: (view: CaseView) => Promise<T>): Promise<T | Answer> {
    const found = findCase(book, id, user, now);
    return isAnswer(found) ? Promise.resolve(found) : say(found.view);
  }

  async #give(headers: Given, reply: FastifyReply, find: (tools: DossierTools) => Promise<GivenFile | Answer>): Promise<void> {
    const found = await fromStore(() => find(this.#tools(this.door.userOf(headers, reply))));
    if ('status' in found) return void reply.send(this.door.send(reply, found));
    this.audit.shows(reply, found.shows);
    void reply.header('cache-control', 'no-store').header('content-type', found.type).header('content-disposition', 'attachment').send(found.content); // prettier-ignore
  }

  #tools(user: User): DossierTools {
    return { shelf: this.shelf, book: this.pipeline.book, user, now: this.clock.now(), lengths: this.deadlines.lengths() };
  }
}
