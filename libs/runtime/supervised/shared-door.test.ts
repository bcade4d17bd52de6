import { createServer, get, type Server } from 'node:http';
import { connect, createServer as createNetServer } from 'node:net';
import { once } from 'node:events';
import { afterEach, describe, expect, it } from '@jest/globals';
import { freePortBase } from '#libs/testkit/free-ports.js';
import { codeOf } from '../outcome.js';
import { SharedDoor } from './shared-door.js';

const open: (() => Promise<unknown>)[] = [];
const granted = () => Promise.resolve();

/** An HTTP server with a port of its own that says its name. */
async function serverNamed(name: string): Promise<Server> {
  const server = createServer((_request, response) => response.end(name));
  await once(server.listen(0, '127.0.0.1'), 'listening');
  open.push(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return server;
}

/** Each request on a connection of its own. */
function asked(port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    get({ port, host: '127.0.0.1', agent: false }, (answer) => {
      let text = '';
      answer.on('data', (chunk) => (text += String(chunk)));
      answer.on('end', () => resolve(text));
    }).on('error', reject);
  });
}

describe('a door that several share', () => {
  afterEach(async () => {
    for (const close of open.splice(0)) await close();
  });

  it('gives connections to each of them, and all to those that are left', async () => {
    const port = await freePortBase();
    const doors = [new SharedDoor(await serverNamed('one'), granted), new SharedDoor(await serverNamed('two'), granted)];
    for (const door of doors) await door.open('127.0.0.1', port);
    // By addresses and ports, which differ: that 64 of them all come to one has a chance of two in 2^64.
    const answers = await Promise.all(Array.from({ length: 64 }, () => asked(port)));
    expect([...new Set(answers)].toSorted()).toEqual(['one', 'two']);
    await doors[0]?.close();
    const rest = await Promise.all(Array.from({ length: 16 }, () => asked(port)));
    expect([...new Set(rest)]).toEqual(['two']);
    await doors[1]?.close();
  });

  it('answers a client that has said all it has to say, and waits at its end for the connections that it has', async () => {
    const [port, server] = [await freePortBase(), await serverNamed('one')];
    const door = new SharedDoor(server, granted);
    await door.open('127.0.0.1', port);
    const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
    await once(socket, 'connect');
    socket.end('GET / HTTP/1.1\r\nhost: localhost\r\n\r\n');
    let said = '';
    socket.on('data', (chunk) => (said += String(chunk)));
    await once(socket, 'end');
    expect(said).toMatch(/^HTTP\/1\.1 200 OK\r\n[^]*one/);
    const idle = connect(port, '127.0.0.1');
    await once(idle, 'connect');
    await asked(port);
    const closed = door.close();
    await expect(asked(port)).rejects.toThrow(/ECONNREFUSED/);
    // As a service that drains does it.
    server.closeAllConnections();
    await closed;
  });

  it('is not opened where whoever is asked refuses, nor beside a program that shares with nobody', async () => {
    const port = await freePortBase();
    const refusing = new SharedDoor(await serverNamed('one'), () => Promise.reject(new Error('taken by another')));
    await expect(refusing.open('127.0.0.1', port)).rejects.toThrow('taken by another');
    const stranger = createNetServer();
    await once(stranger.listen(port, '127.0.0.1'), 'listening');
    open.push(() => new Promise((resolve) => stranger.close(resolve)));
    const door = new SharedDoor(await serverNamed('two'), granted);
    const failure: unknown = await door.open('127.0.0.1', port).catch((cause: unknown) => cause);
    expect(codeOf(failure)).toBe('EADDRINUSE');
  });
});
