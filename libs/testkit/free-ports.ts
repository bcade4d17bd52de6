import { createServer } from 'node:net';

/** Below the range from which systems give out ports by themselves, so that nothing else takes one between the look and the use. */
const lowest = 20_000;
const highest = 32_000;
/** Ports of one block: an instance of Vigie uses the first fourteen, a Kafka of three brokers six. */
const blockSize = 20;
/**
 * Parts of the range. Each worker of Jest has one to itself, by its number: a port that is free for the moment, because what listened there is
 * being started again, must not be taken by the file beside it.
 */
const parts = 8;
const blocksOfPart = Math.floor((highest - lowest) / blockSize / parts);

/**
 * The first of twenty free ports of loopback, or of more (several scorers and ingestors have theirs behind those), for a test that starts processes. Test files run side by side, so each worker looks in a part of
 * its own, and a block that is in use is passed over. Rejects when no block is free.
 */
export async function freePortBase(ports = blockSize): Promise<number> {
  const part = Number(process.env['JEST_WORKER_ID'] ?? process.pid) % parts;
  const first = lowest + part * blocksOfPart * blockSize;
  const blocks = Math.ceil(ports / blockSize);
  for (let tried = 0; tried < blocksOfPart; tried += 1) {
    next += 1;
    const base = first + ((process.pid * 37 + next) % (blocksOfPart - blocks + 1)) * blockSize;
    if (await allFree(base, ports)) return base;
  }
  throw new Error(`no ${ports} free ports in a row between ${first} and ${first + blocksOfPart * blockSize}`);
}

let next = 0;

async function allFree(base: number, ports: number): Promise<boolean> {
  for (let port = base; port < base + ports; port += 1) if (!(await isFree(port))) return false;
  return true;
}

function isFree(port: number): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const server = createServer();
  server.once('error', () => resolve(false));
  server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  return promise;
}
