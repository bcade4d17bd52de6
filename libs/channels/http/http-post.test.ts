import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { Transient } from '#libs/runtime/outcome.js';
import { answerBytesMax, fetchPost, type HttpAnswer } from './http-post.js';

describe('posting over real HTTP', () => {
  const servers: Server[] = [];
  afterEach(() => {
    for (const server of servers.splice(0)) {
      server.closeAllConnections();
      server.close();
    }
  });

  const serve = async (answer: (request: IncomingMessage, response: ServerResponse) => void): Promise<string> => {
    const server = createServer(answer);
    servers.push(server);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`;
  };

  it('brings headers and body as they were signed', async () => {
    let got = '';
    const url = await serve((request, response) => {
      request.on('data', (chunk) => (got += `${request.headers['webhook-id']} ${String(chunk)}`));
      request.on('end', () => response.end('{}'));
    });
    expect(await post(url)).toEqual({ status: 200, retryAfter: undefined });
    expect(got).toBe('x {}');
  });

  it('does not follow a redirect', async () => {
    let requests = 0;
    const url = await serve((_request, response) => {
      requests += 1;
      response.writeHead(302, { location: '/elsewhere' }).end();
    });
    expect((await post(url)).status).toBe(302);
    expect(requests).toBe(1);
  });

  it('T-84: reads no more of an endless answer than the cap', async () => {
    let written = 0;
    const url = await serve((_request, response) => {
      const more = () => {
        while (!response.destroyed && written < 1e9) {
          written += 65_536;
          if (!response.write(Buffer.alloc(65_536))) return;
        }
      };
      response.on('drain', more);
      more();
    });
    expect((await post(url)).status).toBe(200);
    // What the sockets hold on both sides comes on top.
    expect(written).toBeLessThan(answerBytesMax + 32 * 1024 * 1024);
  });

  it('T-84: an answer that drips is broken off by the signal', async () => {
    const dripping = Promise.withResolvers<void>();
    const url = await serve((_request, response) => {
      response.write('.');
      dripping.resolve();
    });
    const late = new AbortController();
    const answer = post(url, late.signal);
    await dripping.promise;
    late.abort();
    await expect(answer).rejects.toThrow(Transient);
  });

  it('quotes no header that cannot be sent', async () => {
    const sent = fetchPost.post(
      'http://127.0.0.1:1/',
      { authorization: 'Bearer hunter22\nx' },
      '{}',
      new AbortController().signal,
    );
    await expect(sent).rejects.toThrow('the request could not be made');
    await expect(sent).rejects.not.toThrow(/hunter22/);
  });

  it('says why there was no answer', async () => {
    const url = await serve((request) => request.socket.destroy());
    await expect(post(url)).rejects.toThrow(/closed|hang up|reset/);
    await expect(post('http://127.0.0.1:1/')).rejects.toThrow(Transient);
  });
});

function post(url: string, signal = new AbortController().signal): Promise<HttpAnswer> {
  return fetchPost.post(url, { 'webhook-id': 'x' }, '{}', signal);
}
