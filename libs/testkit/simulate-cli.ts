/** `npm run simulate -- --help` */
import { systemClock } from '#libs/runtime/clock.js';
import { readOptions } from './simulate/options.js';
import { simulate } from './simulate/simulate.js';

const stop = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, () => {
    process.exitCode = signal === 'SIGINT' ? 130 : 143;
    stop.abort(new Error('stopped'));
  });
// `npm run simulate | head` is no failure.
process.stdout.on('error', (cause: NodeJS.ErrnoException) => process.exit(cause.code === 'EPIPE' ? 0 : 1));
try {
  const { stdout, stderr } = process;
  await simulate(readOptions(process.argv), { clock: systemClock, signal: stop.signal, stdout, stderr });
} catch (cause) {
  // Node wraps the reason of an aborted wait in an error of its own.
  const why = stop.signal.aborted ? 'stopped' : cause instanceof Error ? cause.message : String(cause);
  process.stderr.write(`simulate: ${why}\n`);
  process.exitCode ??= 1;
}
