import { Controller, Get, Headers, Inject, Query, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { AuditLooks } from '#libs/access-store/audit/audit-looks.js';
import type { Clock } from '#libs/runtime/clock.js';
import { CLOCK } from '#libs/runtime/runtime.module.js';
import { Door, fromStore, type Given } from './door.js';
import { auditPage } from './study/audit-looks.js';

/** Who looked at what. Asking it is written down too. */
@Controller('v1/audit')
export class AuditController {
  constructor(
    @Inject(AuditLooks) private readonly looks: AuditLooks,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(Door) private readonly door: Door,
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
}
