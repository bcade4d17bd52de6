import { createRequire } from 'node:module';
import type { ISocketFactory } from 'kafkajs';
import { hostOf } from '../reach/addresses.js';

const plainSockets: () => ISocketFactory = createRequire(import.meta.url)('kafkajs/src/network/socketFactory');

/**
 * The client's own sockets, but each write leaves at once. kafkajs leaves Nagle's algorithm on: the end of a frame that is longer than one segment
 * then waits until the broker's host has acknowledged what went before, which it may put off by 40 ms.
 */
export const promptSockets: ISocketFactory = (address) => {
  const socket = plainSockets()({ ...address, host: hostOf(address.host) });
  socket.setNoDelay(true);
  return socket;
};
