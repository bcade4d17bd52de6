import { STATUS_CODES, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { codeOf } from '#libs/runtime/outcome.js';

/**
 * Answers what is no request. Bytes that are none behind a request that is whole have nothing to do with it: its answer goes out before the connection is closed, since a 400 in its place would say of
 * events that are stored that they were refused.
 */
export class BrokenRequests {
  /** Of each connection the requests that have no whole answer yet, oldest first. */
  readonly #waiting = new WeakMap<Socket, Map<IncomingMessage, ServerResponse>>();

  watch(server: Server): void {
    server.on('request', (request: IncomingMessage, response: ServerResponse) => {
      const { socket } = request;
      const waiting = this.#waiting.get(socket) ?? new Map<IncomingMessage, ServerResponse>();
      this.#waiting.set(socket, waiting.set(request, response));
      response.once('close', () => waiting.delete(request));
    });
  }

  /** Of a connection on which something came that cannot be read, or nothing for too long. */
  readonly handle = (cause: unknown, socket: Socket): void => {
    if (socket.destroyed || codeOf(cause) === 'ECONNRESET') return;
    const whole = [...(this.#waiting.get(socket) ?? [])].filter(([{ complete }]) => complete).map(([, response]) => response);
    const last = whole.at(-1);
    if (!last) return refuse(socket, statusOf(cause));
    if (!last.headersSent) last.setHeader('connection', 'close');
    last.once('close', () => socket.destroy());
  };
}

function refuse(socket: Socket, status: number): void {
  const body = JSON.stringify({ error: `${STATUS_CODES[status]}: this is no request that can be read` });
  if (socket.writable)
    socket.write(
      `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nContent-Length: ${body.length}\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n${body}`,
    );
  socket.destroy();
}

function statusOf(cause: unknown): number {
  const code = codeOf(cause);
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return 408;
  return code === 'HPE_HEADER_OVERFLOW' ? 431 : 400;
}
