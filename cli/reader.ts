import { codeOf } from '#libs/runtime/outcome.js';
import { failureText } from './failure-text.js';

/** Nobody reads any more: a pipe whose reader has ended, as `head`, or a terminal that was closed. */
const withoutReader: ReadonlySet<unknown> = new Set(['EPIPE', 'EIO']);

/**
 * What is written after its reader has gone is for nobody, and ends nothing: a command does to its end what it does besides. That an output takes nothing
 * for another reason, as a file on a full disk, is said once, and the command ends with 1. The answer tells whether a failure is one of these.
 */
export function endsWithItsReader(stdout: NodeJS.WritableStream, stderr: NodeJS.WritableStream): (cause: unknown) => boolean {
  let isUnread = false;
  let failed: unknown;
  stdout.on('error', (cause) => {
    if (withoutReader.has(codeOf(cause))) {
      isUnread = true;
      return;
    }
    if (failed === undefined) stderr.write(`vigie: the output cannot be written: ${failureText(cause)}\n`);
    failed ??= cause;
    process.exitCode = 1;
  });
  stderr.on('error', () => {});
  // A connection to a service breaks by the same codes: that is no failure of the output.
  return (cause) => (isUnread && withoutReader.has(codeOf(cause))) || (failed !== undefined && cause === failed);
}
