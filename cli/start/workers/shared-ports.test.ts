import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import type { PortAnswer } from '#libs/runtime/supervised/port-claims.js';
import { freePortBase } from '#libs/testkit/free-ports.js';
import { type Asker, SharedPorts } from './shared-ports.js';

/** Who asks, and what it was answered. */
function asker(): Asker & { readonly answer: (ports: SharedPorts, message: object) => Promise<PortAnswer> } {
  let answered = Promise.withResolvers<PortAnswer>();
  return {
    send: (answer) => answered.resolve(answer),
    answer(ports, message) {
      answered = Promise.withResolvers<PortAnswer>();
      ports.hear(this, message);
      return answered.promise;
    },
  };
}

describe('a port that processes of one start share', () => {
  it.each(['tcp', 'udp'] as const)('is theirs, all of them, and of no other program: %s', async (protocol) => {
    const [ports, port] = [new SharedPorts(), await freePortBase()];
    const claim = { kind: 'port claim', claim: 7, protocol, host: '127.0.0.1', port };
    const [one, two, other] = [asker(), asker(), asker()];
    expect(await one.answer(ports, claim)).toEqual({ kind: 'port answer', claim: 7 });
    const close = await shared(protocol, port);
    // Taken by a sibling, which shares it: nothing is tried any more.
    expect(await two.answer(ports, { ...claim, claim: 8 })).toEqual({ kind: 'port answer', claim: 8 });
    // Another installation of the same user, which the system would let in.
    const refused = await other.answer(new SharedPorts(), claim);
    expect(refused.refused).toBe(`port ${port} of 127.0.0.1 is taken by another program (${protocol})`);
    // A sibling that ends, and comes again, beside one that is still there.
    ports.forget(one);
    expect(await one.answer(ports, claim)).toEqual({ kind: 'port answer', claim: 7 });
    // All have ended, and somebody else was faster.
    for (const ended of [one, two]) ports.forget(ended);
    expect((await one.answer(ports, claim)).refused).toContain('taken');
    await close();
    expect(await one.answer(ports, claim)).toEqual({ kind: 'port answer', claim: 7 });
  });

  it('that is asked for twice at once is found free by both', async () => {
    const [ports, port] = [new SharedPorts(), await freePortBase()];
    const claim = { kind: 'port claim', claim: 1, protocol: 'tcp', host: '127.0.0.1', port };
    const answers = await Promise.all([asker(), asker(), asker()].map((one) => one.answer(ports, claim)));
    expect(answers).toEqual(Array.from({ length: 3 }, () => ({ kind: 'port answer', claim: 1 })));
  });

  it('is what a message asks for in so many words; others are passed over', async () => {
    const [ports, one] = [new SharedPorts(), asker()];
    for (const message of ['listening', null, { kind: 'port claim' }, { kind: 'port claim', claim: 1, protocol: 'tcp', host: 'x', port: -1 }])
      ports.hear(one, message);
    const port = await freePortBase();
    expect(await one.answer(ports, { kind: 'port claim', claim: 2, protocol: 'tcp', host: '127.0.0.1', port })).toEqual({ kind: 'port answer', claim: 2 });
  });
}); // prettier-ignore

async function shared(protocol: 'tcp' | 'udp', port: number): Promise<() => Promise<void>> {
  if (protocol === 'udp') {
    const socket = createSocket({ type: 'udp4', reusePort: true });
    await once(socket.bind(port, '127.0.0.1'), 'listening');
    return () => new Promise((resolve) => socket.close(() => resolve()));
  }
  const server = createServer();
  await once(server.listen({ port, host: '127.0.0.1', reusePort: true }), 'listening');
  return () => new Promise((resolve) => server.close(() => resolve()));
}
