import { connect } from 'node:net';

/** One connection at a time per lane, each sending its next request when the last one was answered. Hand-written so that it costs little. */
export interface Lanes {
  readonly port: number;
  readonly lanes: number;
  readonly requests: readonly Buffer[];
}

/** The bytes of one request, with more lines of its head where they are given; NDJSON where they name no type. */
export function requestOf(path: string, token: string, body: Buffer, ...headers: readonly string[]): Buffer {
  const head = [
    `POST ${path} HTTP/1.1`,
    'host: localhost',
    `authorization: Bearer ${token}`,
    ...(headers.some((line) => line.startsWith('content-type:')) ? [] : ['content-type: application/x-ndjson']),
    `content-length: ${body.length}`,
    ...headers,
  ];
  return Buffer.concat([Buffer.from(`${head.join('\r\n')}\r\n\r\n`), body]);
}

/** Sends every request and gives the bodies of the answers, in no order. Rejects on the first answer that is not 200 or 201. */
export async function sendAll({ port, lanes, requests }: Lanes): Promise<readonly string[]> {
  const answers: string[] = [];
  let next = 0;
  const takeNext = () => requests[next++];
  await Promise.all(Array.from({ length: lanes }, () => lane(port, takeNext, answers)));
  return answers;
}

function lane(port: number, takeNext: () => Buffer | undefined, answers: string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1');
    let held = '';
    const go = () => {
      const request = takeNext();
      if (request) return void socket.write(request);
      socket.destroy();
      resolve();
    };
    socket.setNoDelay(true).setEncoding('utf8');
    socket.on('connect', go).on('error', reject);
    socket.on('data', (chunk) => {
      held += String(chunk);
      const headEnd = held.indexOf('\r\n\r\n') + 4;
      const bodyEnd = headEnd + Number(/content-length: (\d+)/i.exec(held)?.[1] ?? Number.NaN);
      if (headEnd < 4 || !(held.length >= bodyEnd)) return;
      if (!/^HTTP\/1\.1 20[01] /.test(held)) return reject(new Error(held));
      answers.push(held.slice(headEnd, bodyEnd));
      held = '';
      go();
    });
  });
}
