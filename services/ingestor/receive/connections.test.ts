import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { connect, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { freePortBase } from '#libs/testkit/free-ports.js';
import { Connections, trust } from './connections.js';

const connectionsMax = 20;
const port = await freePortBase();

describe('connections over their limit', () => {
  let server: Server;
  let connections: Connections;
  let held: (() => void)[];
  let clients: Socket[];
  beforeEach(async () => {
    held = [];
    clients = [];
    connections = new Connections(connectionsMax);
    server = createServer((request, response) => {
      if (request.headers.authorization) trust(request.socket);
      if (request.url === '/held') held.push(() => void response.end('late'));
      else response.end('ok');
    });
    connections.watch(server);
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
  });
  afterEach(async () => {
    for (const client of clients) client.destroy();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  it('are taken all the same, and the oldest that said nothing are closed: a probe gets its answer in the midst of a flood', async () => {
    const flood: Socket[] = [];
    for (let index = 0; index < 5 * connectionsMax; index += 1) {
      flood.push(await opened());
      if (index % 10 === 9) expect(await answered(await opened(), '/health/live')).toContain('200 OK');
    }
    expect(connections.count).toBeLessThanOrEqual(connectionsMax);
    await closed(flood[0]);
    expect(flood.at(-1)?.destroyed).toBe(false);
  });

  it('never cost a request that is at work, nor an idle connection of a known sender while a stranger is there', async () => {
    const sender = await opened();
    await answered(sender, '/v1/events', 'Authorization: Bearer x\r\n');
    const working = await opened();
    const answer = answered(working, '/held');
    while (!held.length) await once(server, 'request');
    for (let index = 0; index < 3 * connectionsMax; index += 1) await opened();
    expect(await answered(sender, '/v1/events')).toContain('200 OK');
    held[0]?.();
    expect(await answer).toContain('200 OK');
  });

  it('that are all at work leave no room', async () => {
    const atWork = await Promise.all(Array.from({ length: connectionsMax }, opened));
    const answers = atWork.map((client) => answered(client, '/held'));
    while (held.length < connectionsMax) await once(server, 'request');
    await closed(await opened());
    for (const answer of held) answer();
    expect(await Promise.all(answers)).toEqual(answers.map(() => expect.stringContaining('200 OK')));
  });

  async function opened(): Promise<Socket> {
    const client = connect(port, '127.0.0.1');
    client.on('error', () => {});
    clients.push(client);
    await once(server, 'connection');
    return client;
  }
});

async function closed(client: Socket | undefined): Promise<void> {
  client?.resume();
  if (client && !client.closed) await once(client, 'close');
}

async function answered(client: Socket, path: string, headers = ''): Promise<string> {
  client.write(`GET ${path} HTTP/1.1\r\nHost: localhost\r\n${headers}\r\n`);
  const [head]: unknown[] = await once(client, 'data');
  return String(head);
}
