import { Controller, Get, Headers, Inject, Query, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { AuditLooks } from '#libs/access-store/audit/audit-looks.js';
import type { Clock } from '#libs/runtime/clock.js';
import { CLOCK } from '#libs/runtime/runtime.module.js';
import { Door, fromStore, type Given } from './door.js';
import { AuditHook } from './audit/audit-hook.js';
import { auditPage, auditTable } from './study/audit-looks.js';

/** Who looked at what. Asking it is written down too. */
@Controller('v1/audit')
export class AuditController {
  constructor(
    @Inject(AuditLooks) private readonly looks: AuditLooks,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(Door) private readonly door: Door,
    @Inject(AuditHook) private readonly audit: AuditHook,
  ) {}

  @Get()
  async page(
    @Headers() headers: Given,
    @Query() query: unknown,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<object> {
    const user = this.door.userOf(headers, reply);
    return this.door.send(reply, await fromStore(() => auditPage(this.looks, user, query, this.clock.now())));
  }

  /** The same as a table, without pages. */
  @Get('looks.csv')
  async table(@Headers() headers: Given, @Query() query: unknown, @Res() reply: FastifyReply): Promise<void> {
    const user = this.door.userOf(headers, reply);
    const found = await fromStore(() => auditTable(this.looks, user, query, this.clock.now()));
    if ('status' in found) return void reply.send(this.door.send(reply, found));
    this.audit.shows(reply, { case_id: '', rows: found.rows });
    void reply
      .header('cache-control', 'no-store')
      .header('content-type', 'text/csv; charset=utf-8')
      .header('content-disposition', 'attachment; filename="audit.csv"')
      .send(found.text);
  }
}
