import { createServer } from 'node:net';
import { ConfigError } from '#libs/runtime/config.js';
import { codeOf } from '#libs/runtime/outcome.js';

/** Throws `ConfigError` for a port of loopback that a process has: what a store beside it is told must not reach that one. */
export async function refuseTakenPort(port: number): Promise<void> {
  const server = createServer();
  const tried = new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => server.close(() => resolve()));
  });
  await tried.catch((cause: unknown) => {
    if (codeOf(cause) !== 'EADDRINUSE') throw cause;
    throw new ConfigError(
      `port ${port} of 127.0.0.1 is taken, as where Vigie runs: stop it, or name ports that nobody uses (VIGIE_PORT_BASE; --port-base of vigie drill restore)`,
    );
  });
}
