import { Controller, Get, Headers, Inject, Param, Query, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { CaseFigures } from '#libs/access-store/incidents/case-figures.js';
import { DeadlinesFile } from '#libs/case-log/deadlines-file.js';
import { type Clock, isoOf } from '#libs/runtime/clock.js';
import { CLOCK } from '#libs/runtime/runtime.module.js';
import { type Answer, ok, refused } from './answer/answer.js';
import { FeedsLook } from './answer/feeds-look.js';
import { OpenPatients } from './answer/open-patients.js';
import { findCase, isAnswer } from './answer/find-case.js';
import { PartsLook } from './answer/parts-look.js';
import { summaryOf } from './answer/summary.js';
import { Door, fromStore, type Given } from './door.js';
import { ConsolePipeline } from './follow/pipeline.js';
import type { User } from './users/users.js';
import { CaseSight } from './visible/case-sight.js';
import type { SeenCase } from './visible/seen-case.js';

const shapeQuery = z.strictObject({ bins: z.coerce.number().int().min(1).max(1_000).default(240) });

/** What is counted for those who look on: totals, feeds, and of a case how it went and where. No patient is in any of it. */
@Controller('v1')
export class LookController {
  constructor(
    @Inject(ConsolePipeline) private readonly pipeline: ConsolePipeline,
    @Inject(CaseSight) private readonly sight: CaseSight,
    @Inject(FeedsLook) private readonly feeds: FeedsLook,
    @Inject(OpenPatients) private readonly openPatients: OpenPatients,
    @Inject(PartsLook) private readonly parts: PartsLook,
    @Inject(CaseFigures) private readonly figures: CaseFigures,
    @Inject(DeadlinesFile) private readonly deadlines: DeadlinesFile,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(Door) private readonly door: Door,
  ) {}

  @Get('summary')
  async summary(@Headers() headers: Given, @Res({ passthrough: true }) reply: FastifyReply): Promise<object> {
    const user = this.door.userOf(headers, reply);
    const feeds = await this.feeds.last();
    const lengths = this.deadlines.lengths();
    const { controllers } = this.pipeline.book.policy;
    const body = summaryOf({
      sight: this.sight,
      controllers,
      user,
      now: this.clock.now(),
      lengths,
      feeds,
      openPatients: this.openPatients,
    });
    return this.door.send(reply, ok(body, { case_id: '', rows: 0 }));
  }

  @Get('feeds')
  async health(@Headers() headers: Given, @Res({ passthrough: true }) reply: FastifyReply): Promise<object> {
    this.door.userOf(headers, reply);
    const feeds = await this.feeds.last();
    if (!feeds)
      return this.door.send(reply, refused(503, 'store_away', 'the store has not said yet how feeds are: ask again later'));
    const body = { checked_at: isoOf(feeds.at), is_old: feeds.isOld, sources: feeds.sources };
    return this.door.send(reply, ok(body, { case_id: '', rows: 0 }));
  }

  /** Which parts of Vigie do not answer, and since when; told also while the log is not read. */
  @Get('parts')
  async whatAnswers(@Headers() headers: Given, @Res({ passthrough: true }) reply: FastifyReply): Promise<object> {
    this.door.somebody(headers, reply);
    const parts = (await this.parts.last()).map(({ since, ...part }) => ({
      ...part,
      since: since === undefined ? null : isoOf(since),
    }));
    return this.door.send(reply, ok({ at: isoOf(this.clock.now()), parts }, { case_id: '', rows: 0 }));
  }

  @Get('cases/:id/shape')
  async shape(
    @Headers() headers: Given,
    @Param('id') id: string,
    @Query() query: unknown,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<object> {
    const user = this.door.userOf(headers, reply);
    const asked = shapeQuery.safeParse(query);
    if (!asked.success)
      return this.door.send(reply, refused(422, 'unfit_filter', 'bins is a number from 1 to 1000, and there is no other filter'));
    return this.door.send(reply, await this.#ofCase(id, user, (seen) => this.#shapeOf(seen, user, asked.data.bins)));
  }

  @Get('cases/:id/clinics')
  async clinics(
    @Headers() headers: Given,
    @Param('id') id: string,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<object> {
    const user = this.door.userOf(headers, reply);
    const said = await this.#ofCase(id, user, async ({ row: { case_id, group_id } }) => {
      const clinics = await this.figures.clinics(case_id, group_id, user.clinics ?? []);
      return ok({ case_id, clinics }, { case_id, rows: clinics.length });
    });
    return this.door.send(reply, said);
  }

  async #shapeOf({ row }: SeenCase, { clinics = [] }: User, bins: number): Promise<Answer> {
    const { case_id, first_time, last_time } = row;
    const fromMs = Date.parse(first_time);
    // The last instant lies within the last bin.
    const binMs = Math.max(1, Math.ceil((Date.parse(last_time) - fromMs + 1) / bins));
    const { points, total } = await this.figures.shape({ caseId: case_id, fromMs, binMs, clinics });
    return ok({ case_id, first_time, last_time, bin_seconds: binMs / 1_000, points, total }, { case_id, rows: points.length });
  }

  async #ofCase(id: string, user: User, say: (seen: SeenCase) => Promise<Answer>): Promise<Answer> {
    const found = findCase(this.sight, id, user, this.clock.now());
    if (isAnswer(found)) return found;
    // So that no figure is of the incidents that were in it a moment ago.
    await this.pipeline.writer.stored(found.seen.row.case_id);
    return fromStore(() => say(found.seen));
  }
}
