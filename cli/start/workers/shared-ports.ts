import { createSocket } from 'node:dgram';
import { createServer, isIP } from 'node:net';
import { portClaim, type PortAnswer, type SharedAddress } from '#libs/runtime/supervised/port-claims.js';
import { codeOf } from '#libs/runtime/outcome.js';

/** A process that asks, and is answered by the same channel. */
export interface Asker {
  send(answer: PortAnswer): void;
}

/**
 * Which ports the processes of this start share. The system lets every program of a user into a port that is shared, so whoever asks first has it tried without sharing: that fails where
 * another program is there, shared or not.
 */
export class SharedPorts {
  readonly #holders = new Map<string, Set<Asker>>();
  #turn: Promise<unknown> = Promise.resolve();

  /** Answers a message that asks for a port; passes over every other. */
  hear(asker: Asker, message: unknown): void {
    const { success, data } = portClaim.safeParse(message);
    if (!success) return;
    const { claim, protocol, host, port } = data;
    // One after the other: a port that is being tried must not be found taken by that.
    this.#turn = this.#turn.then(async () => {
      const refused = await this.#claim(asker, { protocol, host, port });
      asker.send({ kind: 'port answer', claim, ...(refused !== undefined && { refused }) });
    });
  }

  /** It has ended, and with it what it had. */
  forget(asker: Asker): void {
    for (const holders of this.#holders.values()) holders.delete(asker);
  }

  /** Why not; undefined where it may. */
  async #claim(asker: Asker, address: SharedAddress): Promise<string | undefined> {
    const { protocol, host, port } = address;
    const key = `${protocol} ${host} ${port}`;
    const holders = this.#holders.get(key) ?? new Set();
    if (holders.size === 0 && (await isTaken(address)))
      return `port ${port} of ${host} is taken by another program (${protocol})`;
    this.#holders.set(key, holders.add(asker));
    return undefined;
  }
}

/** What else keeps a port from being opened, as a right that lacks, is found out and said by whoever opens it. */
async function isTaken(address: SharedAddress): Promise<boolean> {
  try {
    await (address.protocol === 'tcp' ? triedStream(address) : triedDatagram(address));
    return false;
  } catch (cause) {
    return codeOf(cause) === 'EADDRINUSE';
  }
}

function triedStream({ host, port }: SharedAddress): Promise<void> {
  const server = createServer();
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => server.close(() => resolve()));
  });
}

function triedDatagram({ host, port }: SharedAddress): Promise<void> {
  const socket = createSocket(isIP(host) === 6 ? 'udp6' : 'udp4');
  return new Promise((resolve, reject) => {
    socket.once('error', (cause) => socket.close(() => reject(cause)));
    socket.bind(port, host, () => socket.close(() => resolve()));
  });
}
