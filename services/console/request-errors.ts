import { type ArgumentsHost, Catch } from '@nestjs/common';
import { BaseExceptionFilter } from '@nestjs/core';
import type { FastifyReply } from 'fastify';
import { refused } from './answer/answer.js';

/** A word and a sentence by status; none quotes what was sent. */
const said: Readonly<Record<number, readonly [string, string]>> = {
  400: ['unreadable_body', 'the body is no JSON, or there is none: send an object, or leave Content-Type out'],
  404: ['not_found', 'there is nothing at this address'],
  413: ['too_large', 'the body is larger than what is taken here'],
  415: ['unknown_media_type', 'send JSON, as Content-Type: application/json'],
};

/** Requests that reach no handler (no such route, a body that cannot be read) are answered as all others are: a word and a sentence. Bugs go on to the framework, which logs them. */
@Catch()
export class RequestErrors extends BaseExceptionFilter {
  override catch(cause: unknown, host: ArgumentsHost): void {
    const status = statusOf(cause);
    const [error, message] = said[status] ?? [];
    // oxlint-disable-next-line promise/valid-params -- a filter of Nest, and no promise
    if (error === undefined || message === undefined) return super.catch(cause, host);
    void host
      .switchToHttp()
      .getResponse<FastifyReply>()
      .status(status)
      .send(refused(status, error, message).body);
  }
}

/** Of an exception of Nest, or of an error of Fastify; 500 where nothing says one. */
function statusOf(cause: unknown): number {
  if (typeof cause !== 'object' || cause === null) return 500;
  if ('getStatus' in cause && typeof cause.getStatus === 'function') return Number(cause.getStatus());
  return 'statusCode' in cause && typeof cause.statusCode === 'number' ? cause.statusCode : 500;
}
