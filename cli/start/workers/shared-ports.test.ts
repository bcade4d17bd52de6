import { spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import { compiledModule } from '#libs/runtime/paths.js';
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
    for (const message of [
      'listening',
      null,
      { kind: 'port claim' },
      { kind: 'port claim', claim: 1, protocol: 'tcp', host: 'x', port: -1 },
    ])
      ports.hear(one, message);
    const port = await freePortBase();
    expect(await one.answer(ports, { kind: 'port claim', claim: 2, protocol: 'tcp', host: '127.0.0.1', port })).toEqual({
      kind: 'port answer',
      claim: 2,
    });
  });
});

describe('a process that asks whoever started it', () => {
  /** Asks for a port, and says what came of it. */
  const script = `import { claimPort } from ${JSON.stringify(compiledModule('libs/runtime/supervised/port-claims'))};
    process.on('message', (address) => 'host' in address && claimPort(address).then(() => process.send('mine'), ({ code, message }) => process.send([code, message])));
    process.on('disconnect', () => process.exit(0));
    process.send('up');`;

  it('has the port, or is told as the system would tell it that another program has it', async () => {
    const [ports, port] = [new SharedPorts(), await freePortBase()];
    const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    const asking: Asker = { send: (answer) => void child.send(answer) };
    child.on('message', (message) => ports.hear(asking, message));
    /** What it says of its own accord. */
    const said = async (): Promise<unknown> => {
      for (;;) {
        const [message]: unknown[] = await once(child, 'message');
        if (message === 'up' || message === 'mine' || Array.isArray(message)) return message;
      }
    };
    expect(await said()).toBe('up');
    const close = await shared('tcp', port);
    child.send({ protocol: 'tcp', host: '127.0.0.1', port });
    expect(await said()).toEqual(['EADDRINUSE', `port ${port} of 127.0.0.1 is taken by another program (tcp)`]);
    await close();
    child.send({ protocol: 'tcp', host: '127.0.0.1', port });
    expect(await said()).toBe('mine');
    const ended = once(child, 'exit');
    child.disconnect();
    expect(await ended).toEqual([0, null]);
  });
});

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
