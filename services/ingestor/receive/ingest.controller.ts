import { Controller, Inject, Post, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { IngestService } from '../ingest.service.js';

/** The doors of the ingestor. */
@Controller()
export class IngestController {
  constructor(@Inject(IngestService) private readonly ingest: IngestService) {}

  @Post('v1/events')
  async events(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    await this.ingest.receiver.handle(request, reply, this.ingest.routes.events);
  }

  @Post('fhir/AuditEvent')
  async auditEvent(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    await this.ingest.receiver.handle(request, reply, this.ingest.routes.auditEvent);
  }

  @Post('fhir')
  async bundle(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    await this.ingest.receiver.handle(request, reply, this.ingest.routes.bundle);
  }
}
