import { createServer } from 'node:net';

/** Below the range from which systems give out ports by themselves, so that nothing else takes one between the look and the use. */
const lowest = 20_000;
const highest = 32_000;
/** Ports of one block: an instance of Vigie uses the first fourteen, a Kafka of three brokers six. */
const blockSize = 20;

/**
 * The first of twenty free ports of loopback, for a test that starts processes. Test files run side by side, so each process looks from a
 * place of its own and a block that is in use is passed over. Rejects when no block is free.
 */
export async function freePortBase(): Promise<number> {
  const blocks = (highest - lowest) / blockSize;
  for (let tried = 0; tried < blocks; tried += 1) {
    next += 1;
    const base = lowest + ((process.pid * 37 + next) % blocks) * blockSize;
    if (await allFree(base)) return base;
  }
  throw new Error(`no ${blockSize} free ports in a row between ${lowest} and ${highest}`);
}

let next = 0;

async function allFree(base: number): Promise<boolean> {
  for (let port = base; port < base + blockSize; port += 1) if (!(await isFree(port))) return false;
  return true;
}

function isFree(port: number): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const server = createServer();
  server.once('error', () => resolve(false));
  server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  return promise;
}
