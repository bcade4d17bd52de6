import { codeOf } from '#libs/runtime/outcome.js';
import { failureText } from './failure-text.js';

/** Nobody reads any more: a pipe whose reader has ended, as `head`, or a terminal that was closed. */
const withoutReader: ReadonlySet<unknown> = new Set(['EPIPE', 'EIO']);

/**
 * What is written after its reader has gone is for nobody, and ends nothing: a command does to its end what it does besides. That an output takes nothing
 * for another reason, as a file on a full disk, is said once, and the command ends with 1. The answer tells whether a failure is one of these.
 */
export function endsWithItsReader(stdout: NodeJS.WriteStream, stderr: NodeJS.WriteStream): (cause: unknown) => boolean {
  let failed: unknown;
  stdout.on('error', (cause) => {
    if (withoutReader.has(codeOf(cause))) return;
    if (failed === undefined) stderr.write(`vigie: the output cannot be written: ${failureText(cause)}\n`);
    failed ??= cause;
    process.exitCode = 1;
  });
  stderr.on('error', () => {});
  return (cause) => withoutReader.has(codeOf(cause)) || (failed !== undefined && cause === failed);
}
