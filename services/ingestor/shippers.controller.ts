import { All, Controller, Get, Inject, Post, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { IngestService } from './ingest.service.js';
import { handshakePaths } from './shippers/elastic-handshake.js';
import { splunkAnswer } from './shippers/splunk-answers.js';

/** The doors that look like those of other products. */
@Controller()
export class ShippersController {
  constructor(@Inject(IngestService) private readonly ingest: IngestService) {}

  @Post(['services/collector', 'services/collector/event', 'services/collector/event/1.0'])
  async splunkEvent(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    await this.ingest.receiver.handle(request, reply, this.ingest.routes.splunkEvent);
  }

  @Post(['services/collector/raw', 'services/collector/raw/1.0'])
  async splunkRaw(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    await this.ingest.receiver.handle(request, reply, this.ingest.routes.splunkRaw);
  }

  @Post(['services/collector/ack', 'services/collector/ack/1.0'])
  async splunkAck(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    await this.ingest.receiver.handle(request, reply, this.ingest.routes.splunkAck);
  }

  /** Asked without a token, by load balancers too. */
  @Get(['services/collector/health', 'services/collector/health/1.0'])
  async splunkHealth(@Res() reply: FastifyReply): Promise<void> {
    const { status, body } = splunkAnswer(this.ingest.takes ? 17 : 18);
    await reply.status(status).send(body);
  }

  @Post(['_bulk', ':index/_bulk'])
  async elasticBulk(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    await this.ingest.receiver.handle(request, reply, this.ingest.routes.elasticBulk);
  }

  @Get()
  async elasticRoot(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    await this.ingest.receiver.handle(request, reply, this.ingest.routes.elasticHandshake);
  }

  @All([...handshakePaths])
  async elasticHandshake(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    await this.ingest.receiver.handle(request, reply, this.ingest.routes.elasticHandshake);
  }

  @Post('v1/logs')
  async otlpLogs(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const { otlpJson, otlpProtobuf } = this.ingest.routes;
    const isJson = /\bjson\b/i.test(request.headers['content-type'] ?? 'json');
    await this.ingest.receiver.handle(request, reply, isJson ? otlpJson : otlpProtobuf);
  }

  @Post('loki/api/v1/push')
  async loki(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    await this.ingest.receiver.handle(request, reply, this.ingest.routes.loki);
  }

  @Post('gelf')
  async gelf(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    await this.ingest.receiver.handle(request, reply, this.ingest.routes.gelf);
  }
}
