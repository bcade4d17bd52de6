import { Body, Controller, Get, Headers, Inject, Param, Post, Query, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { DeadlinesFile } from '#libs/case-log/deadlines-file.js';
import { ControllerRegister } from '#libs/case-log/controller-register.js';
import { NotificationReader } from '#libs/access-store/incidents/case-notifications.js';
import { type Clock, isoOf } from '#libs/runtime/clock.js';
import { Metrics } from '#libs/runtime/metrics.js';
import { CLOCK } from '#libs/runtime/runtime.module.js';
import { notKnown, takeAction } from './act/take-action.js';
import { type Answer, ok } from './answer/answer.js';
import { findCase, isAnswer } from './answer/find-case.js';
import { listCases } from './answer/list-cases.js';
import { shownCase, shownLine } from './answer/show-case.js';
import { CONSOLE_CONFIG, type ConsoleConfig } from './config.js';
import { ConsolePipeline } from './follow/pipeline.js';
import { Door, fromStore, type Given } from './door.js';
import type { User } from './users/users.js';
import { CaseSight } from './visible/case-sight.js';
import type { SeenCase } from './visible/seen-case.js';

/** An action that names a controller. */
const controllerIn = z.object({ controller_id: z.string() });
const linkIn = z.object({ type: z.literal('case.linked'), incident_ids: z.array(z.string()) });

/** The API of cases, `/v1/cases`. Nothing is done by GET: whoever scans links would do it. */
@Controller('v1/cases')
export class CasesController {
  constructor(
    @Inject(CONSOLE_CONFIG) private readonly config: ConsoleConfig,
    @Inject(ConsolePipeline) private readonly pipeline: ConsolePipeline,
    @Inject(NotificationReader) private readonly notifications: NotificationReader,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(Metrics) private readonly metrics: Metrics,
    @Inject(DeadlinesFile) private readonly deadlines: DeadlinesFile,
    @Inject(ControllerRegister) private readonly register: ControllerRegister,
    @Inject(Door) private readonly door: Door,
    @Inject(CaseSight) private readonly sight: CaseSight,
  ) {}

  @Get()
  list(@Headers() headers: Given, @Query() query: unknown, @Res({ passthrough: true }) reply: FastifyReply): object {
    const user = this.door.userOf(headers, reply);
    const now = this.clock.now();
    const { sight } = this;
    const answer = listCases(sight.rows(user, now), query, isoOf(now), (row) => sight.accountsOf(row, user, now));
    return this.door.send(reply, answer);
  }

  @Get(':id')
  show(@Headers() headers: Given, @Param('id') id: string, @Res({ passthrough: true }) reply: FastifyReply): object {
    return this.door.send(
      reply,
      this.#ofCase(headers, reply, id, '', (seen) => ok(shownCase(seen), { case_id: seen.row.case_id, rows: 1 })),
    );
  }

  @Get(':id/timeline')
  timeline(@Headers() headers: Given, @Param('id') id: string, @Res({ passthrough: true }) reply: FastifyReply): object {
    return this.door.send(
      reply,
      this.#ofCase(headers, reply, id, '/timeline', ({ row, lines }) =>
        ok({ case_id: row.case_id, lines: lines.map(shownLine) }, { case_id: row.case_id, rows: lines.length }),
      ),
    );
  }

  @Get(':id/notifications')
  async told(
    @Headers() headers: Given,
    @Param('id') id: string,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<object> {
    let asked: SeenCase | undefined;
    const first = this.#ofCase(headers, reply, id, '/notifications', (seen) => {
      asked = seen;
      return ok({}, { case_id: '', rows: 0 });
    });
    return this.door.send(reply, asked ? await this.#told(asked) : first);
  }

  @Post(':id/actions')
  async act(
    @Headers() headers: Given,
    @Param('id') id: string,
    @Body() body: unknown,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<object> {
    const user = this.door.userOf(headers, reply);
    const { book } = this.pipeline;
    const found = await this.#toAct(id, user, body);
    if (isAnswer(found)) return this.door.send(reply, found);
    const wish = { seen: found.seen, user, key: headers['idempotency-key'], via: headers['vigie-via'], body };
    const { clock, metrics, config, register } = this;
    const append = this.pipeline.append.bind(this.pipeline);
    const tools = {
      book,
      sight: this.sight,
      clock,
      metrics,
      register,
      patientPatterns: config.patientPatterns,
      routingFile: config.VIGIE_ROUTING_FILE,
      lengths: this.deadlines.lengths(),
      append,
    };
    const taken = await takeAction(tools, wish);
    return this.door.send(reply, { shows: { case_id: found.seen.row.case_id, rows: 0 }, ...taken });
  }

  /**
   * The case, by the register of now where a controller is named that it does not touch: who has just been written down is no mistake. Nor is an
   * incident that has just been told.
   */
  async #toAct(id: string, user: User, body: unknown): Promise<ReturnType<typeof findCase>> {
    const find = () => findCase(this.sight, id, user, this.clock.now());
    const found = find();
    const linked = linkIn.safeParse(body);
    if (
      !isAnswer(found) &&
      linked.success &&
      linked.data.incident_ids.some((one) => !this.sight.of(one, user, this.clock.now())?.has(one))
    ) {
      // An incident may be in the log, and be told, before this console has read it. One that is not theirs takes as long.
      const unread = await this.pipeline.readToEnd();
      return unread === undefined ? find() : notKnown(unread);
    }
    const named = controllerIn.safeParse(body);
    if (isAnswer(found) || !named.success || found.seen.row.controllers.includes(named.data.controller_id)) return found;
    await this.register.read();
    return find();
  }

  /** What is said of one case: 303 to it where the id is that of what was joined to it. */
  #ofCase(headers: Given, reply: FastifyReply, id: string, below: string, say: (seen: SeenCase) => Answer): Answer {
    const user = this.door.userOf(headers, reply);
    const found = findCase(this.sight, id, user, this.clock.now());
    if (isAnswer(found)) return found;
    const { case_id } = found.seen.row;
    if (found.own) return say(found.seen);
    return { status: 303, body: { case_id }, location: `/v1/cases/${case_id}${below}`, shows: { case_id, rows: 0 } };
  }

  #told({ row, incidents }: SeenCase): Promise<Answer> {
    return fromStore(async () => {
      const told = await this.notifications.of(incidents.map(({ incident_id: one }) => one));
      // Whose deadline a message was of is not written down with it.
      const notifications = row.other_clinics > 0 ? told.filter(({ kind }) => kind !== 'deadline') : told;
      return ok({ case_id: row.case_id, notifications }, { case_id: row.case_id, rows: notifications.length });
    });
  }
}
