import type { Socket } from 'node:net';
import type { ISocketFactory } from 'kafkajs';
import { promptSockets } from '../wire/sockets.js';

/**
 * The one way of a consumer to the brokers. kafkajs can live on after it was asked to stop (a stop during its first join is forgotten, a
 * leave can hang); behind a shut door it cannot beat for its member any more, whatever it does, and the group shares the partitions anew.
 */
export class Door {
  readonly #sockets = new Set<Socket>();
  #shut = false;

  readonly socketFactory: ISocketFactory = (address) => {
    if (this.#shut) throw new Error('this consumer has been given up');
    const socket = promptSockets(address);
    this.#sockets.add(socket);
    socket.once('close', () => this.#sockets.delete(socket));
    return socket;
  };

  shut(): void {
    this.#shut = true;
    for (const socket of this.#sockets) {
      socket.on('error', () => {}); // the client may have let go of it; an error that nobody hears would end the process
      socket.destroy(new Error('this consumer has been given up'));
    }
    this.#sockets.clear();
  }
}
