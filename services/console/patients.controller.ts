import { Controller, Get, Headers, Inject, Param, Query, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { CasePatients } from '#libs/access-store/patients/case-patients.js';
import type { Clock } from '#libs/runtime/clock.js';
import { CLOCK } from '#libs/runtime/runtime.module.js';
import { type Answer, storeBehind } from './answer/answer.js';
import { findCase, isAnswer } from './answer/find-case.js';
import { ListPlaces } from './answer/list-place.js';
import { listKeptBack, patientPage, patientsCsv, type PatientTools } from './answer/patients.js';
import { AuditHook } from './audit/audit-hook.js';
import { Door, fromStore, type Given } from './door.js';
import { ConsolePipeline } from './follow/pipeline.js';
import type { Role } from './users/users.js';
import { CaseSight } from './visible/case-sight.js';
import type { SeenCase } from './visible/seen-case.js';

/** Whose records a case opened. Each answer is an audit row with as many rows as it shows, before it goes out. */
@Controller('v1/cases')
export class PatientsController {
  constructor(
    @Inject(ConsolePipeline) private readonly pipeline: ConsolePipeline,
    @Inject(CaseSight) private readonly sight: CaseSight,
    @Inject(CasePatients) private readonly patients: CasePatients,
    @Inject(ListPlaces) private readonly places: ListPlaces,
    @Inject(AuditHook) private readonly audit: AuditHook,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(Door) private readonly door: Door,
  ) {}

  @Get(':id/patients')
  async page(
    @Headers() headers: Given,
    @Param('id') id: string,
    @Query() query: unknown,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<object> {
    const answer = await this.#ofCase(headers, reply, id, ['analyst', 'dpo'], (tools, seen) => patientPage(tools, seen, query));
    return this.door.send(reply, answer);
  }

  @Get(':id/patients.csv')
  async csv(
    @Headers() headers: Given,
    @Param('id') id: string,
    @Query() query: unknown,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const found = await this.#ofCase(headers, reply, id, ['dpo'], (tools, seen) => patientsCsv(tools, seen, query));
    if ('status' in found) return void reply.send(this.door.send(reply, found));
    this.audit.shows(reply, found.shows);
    void reply
      .header('cache-control', 'no-store')
      .header('content-type', 'text/csv; charset=utf-8')
      .header('content-disposition', `attachment; filename="patients-${id.slice(0, 8)}.csv"`)
      .send(found.content);
  }

  async #ofCase<T>(
    headers: Given,
    reply: FastifyReply,
    id: string,
    roles: readonly Role[],
    say: (tools: PatientTools, seen: SeenCase) => Promise<T | Answer>,
  ): Promise<T | Answer> {
    const user = this.door.userOf(headers, reply);
    const now = this.clock.now();
    const kept = listKeptBack(user, roles, this.door.confirmedUntil(headers), now);
    if (kept) return kept;
    const found = findCase(this.sight, id, user, now);
    if (isAnswer(found)) return found;
    // The store says which incidents are in a case: what was linked or parted a moment ago would be missing in the list, or still in it.
    if (!(await this.pipeline.writer.stored(found.seen.row.case_id))) return storeBehind;
    return fromStore(() => say({ patients: this.patients, places: this.places, user }, found.seen));
  }
}
