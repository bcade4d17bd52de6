import { All, Controller, Get, Head, Inject, Options, Post, Put, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { IngestService } from './ingest.service.js';
import { handshakePaths } from './shippers/elastic-handshake.js';
import { webhookHeaders } from './shippers/event-grid.js';
import { splunkAnswer } from './shippers/splunk-answers.js';

const collectorPaths = ['services/collector', 'services/collector/event', 'services/collector/event/1.0'];
/** With the type of documents that older clients name. */
const bulkPaths = ['_bulk', ':index/_bulk', ':index/_doc/_bulk', ':index/:type/_bulk'];
const documentPaths = [':index/_doc/:id', ':index/_create/:id'];

/** The doors that look like those of other products. */
@Controller()
export class ShippersController {
  constructor(@Inject(IngestService) private readonly ingest: IngestService) {}

  @Post([...collectorPaths])
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

  /** A log driver that looks for its collector before its container may start: it asks without a token, and goes by the status alone. */
  @Options([...collectorPaths])
  async splunkOptions(@Res() reply: FastifyReply): Promise<void> {
    await reply.header('allow', 'POST, OPTIONS').send();
  }

  /** Senders of CloudEvents ask first whether they may send, without a token. */
  @Options('v1/events')
  async webhookOptions(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    await reply.headers(webhookHeaders(request.headers)).send();
  }

  @Post([...bulkPaths])
  async elasticBulk(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    await this.ingest.receiver.handle(request, reply, this.ingest.routes.elasticBulk);
  }

  /** The same: some clients put their batches. */
  @Put([...bulkPaths])
  async elasticBulkPut(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    await this.ingest.receiver.handle(request, reply, this.ingest.routes.elasticBulk);
  }

  @Post([':index/_doc', ...documentPaths])
  async elasticDocument(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    await this.ingest.receiver.handle(request, reply, this.ingest.routes.elasticDocument);
  }

  @Put([...documentPaths])
  async elasticDocumentPut(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    await this.ingest.receiver.handle(request, reply, this.ingest.routes.elasticDocument);
  }

  /** Whether an index is there, which clients make where it is not. */
  @Head(':index')
  async elasticIndex(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    await this.ingest.receiver.handle(request, reply, this.ingest.routes.elasticHandshake);
  }

  @Put(':index')
  async elasticIndexMade(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    await this.ingest.receiver.handle(request, reply, this.ingest.routes.elasticIndex);
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

  @Post('firehose')
  async firehose(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    await this.ingest.receiver.handle(request, reply, this.ingest.routes.firehose);
  }
}
