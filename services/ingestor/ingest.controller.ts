import { All, Controller, Get, Headers, Inject, Post, Put, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { IngestService } from './ingest.service.js';
import { fhirType, notOffered } from './receive/fhir-routes.js';
import { capabilityStatement } from './shippers/fhir-metadata.js';

/** The doors of the ingestor. */
@Controller()
export class IngestController {
  constructor(@Inject(IngestService) private readonly ingest: IngestService) {}

  @Post('v1/events')
  async events(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    await this.ingest.receiver.handle(request, reply, this.ingest.routes.events);
  }

  @Post('v1/stays')
  async stays(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    await this.ingest.receiver.handle(request, reply, this.ingest.routes.stays);
  }

  @Post('v1/files')
  async files(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    await this.ingest.receiver.handleStream(request, reply, this.ingest.routes.files);
  }

  @Post('v1/replays')
  async replays(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    await this.ingest.receiver.handle(request, reply, this.ingest.routes.replays);
  }

  @Post('fhir/AuditEvent')
  async auditEvent(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    await this.ingest.receiver.handle(request, reply, this.ingest.routes.auditEvent);
  }

  @Put('fhir/AuditEvent/:id')
  async auditEventPut(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    await this.ingest.receiver.handle(request, reply, this.ingest.routes.auditEvent);
  }

  @Post('fhir')
  async bundle(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    await this.ingest.receiver.handle(request, reply, this.ingest.routes.bundle);
  }

  @Get('fhir/metadata')
  async metadata(@Headers('accept') accept: string | undefined, @Res() reply: FastifyReply): Promise<void> {
    await reply.type(fhirType).send(JSON.stringify(capabilityStatement(accept)));
  }

  @All('fhir/*')
  async otherFhir(@Res() reply: FastifyReply): Promise<void> {
    const { status, body, mediaType } = notOffered();
    await reply.status(status).type(mediaType).send(JSON.stringify(body));
  }
}
