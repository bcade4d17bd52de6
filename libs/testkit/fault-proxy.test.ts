import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { FaultProxy } from './fault-proxy.js';

let received: string[];
let server: Server;
let proxy: FaultProxy;

beforeEach(async () => {
  received = [];
  server = createServer((request, response) => {
    let body = '';
    request.on('error', () => {});
    request.on('data', (bytes: Buffer) => (body += bytes.toString()));
    request.on('end', () => {
      received.push(body);
      response.end('x'.repeat(10_000));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  proxy = await FaultProxy.start({ targetPort: (server.address() as AddressInfo).port });
});

afterEach(async () => {
  await proxy.close();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

describe('the fault proxy', () => {
  it('passes everything on when nothing is wrong, large bodies too', async () => {
    const body = 'y'.repeat(3_000_000);
    expect(await post(body)).toHaveLength(10_000);
    expect(received[0]).toHaveLength(body.length);
    expect(proxy.connections).toBe(1);
  });

  it('refuses: the server hears nothing', async () => {
    proxy.fault = { kind: 'refuse' };
    await expect(post('a')).rejects.toThrow('fetch failed');
    expect(received).toEqual([]);
  });

  it('is a black hole: nothing arrives and nothing comes back', async () => {
    proxy.fault = { kind: 'black_hole' };
    await expect(post('a', AbortSignal.timeout(150))).rejects.toThrow('timeout');
    expect(received).toEqual([]);
  });

  it('cuts the request: the server never has the whole of it', async () => {
    proxy.fault = { kind: 'cut', direction: 'request', afterBytes: 1_000 };
    await expect(post('y'.repeat(100_000))).rejects.toThrow('fetch failed');
    expect(received).toEqual([]);
  });

  it('cuts the answer: the server has done its work and the client does not know', async () => {
    proxy.fault = { kind: 'cut', direction: 'answer', afterBytes: 5_000 };
    await expect(post('a')).rejects.toThrow('terminated');
    expect(received).toEqual(['a']);
  });

  it('resets the answer: the same, without a byte of it', async () => {
    proxy.fault = { kind: 'reset_answer' };
    await expect(post('a')).rejects.toThrow('fetch failed');
    expect(received).toEqual(['a']);
  });

  it('delays both ways', async () => {
    proxy.fault = { kind: 'delay', ms: 60 };
    const startedAt = performance.now();
    expect(await post('a')).toHaveLength(10_000);
    expect(performance.now() - startedAt).toBeGreaterThan(115);
  });

  it('heals, and cuts connections that are open', async () => {
    proxy.fault = { kind: 'black_hole' };
    const connected = proxy.connected();
    const rejected = expect(post('a')).rejects.toThrow('fetch failed');
    await connected;
    proxy.fault = { kind: 'none' };
    proxy.cutAll();
    await rejected;
    expect(await post('b')).toHaveLength(10_000);
    expect(received).toEqual(['b']);
  });
});

async function post(body: string, signal?: AbortSignal): Promise<string> {
  const headers = { connection: 'close' };
  const answer = await fetch(proxy.url, { method: 'POST', body, headers, ...(signal && { signal }) });
  return answer.text();
}
