import { accessSync, constants, existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { codeOf, isError, messageOf } from '#libs/runtime/outcome.js';

const refusedByTheSystem: ReadonlySet<string> = new Set(['EACCES', 'EPERM', 'EROFS']);

const withoutRoom: ReadonlySet<string> = new Set(['ENOSPC', 'EDQUOT']);

/** What a command that failed says: of a file that it may not read or write, also as whom it runs, since in a container that is nobody of the machine. */
export function failureText(failure: unknown, access: typeof accessSync = accessSync): string {
  const cause = whyNotMade(failure, access) ?? failure;
  const message = messageOf(cause);
  if (withoutRoom.has(codeOf(cause) ?? '') || message.endsWith('No space left on device'))
    return `${message}: the disk has no room left for what this writes; free some and do it again, or name a folder on another disk`;
  if (!refusedByTheSystem.has(codeOf(cause) ?? '')) return message;
  return `${message}: this runs as user ${process.getuid?.() ?? 'unknown'}; let that user in, or run it as the one whose file it is (in a container: --user "$(id -u)", and a folder that is mounted to be written)`;
}

/** Of folders that are made with those above them Node says that there is no such folder, whatever the system said: on a disk that only reads, too. */
function whyNotMade(failure: unknown, access: typeof accessSync): unknown {
  if (!isError(failure) || codeOf(failure) !== 'ENOENT' || !('syscall' in failure) || failure.syscall !== 'mkdir')
    return undefined;
  let above = 'path' in failure ? String(failure.path) : '/';
  while (!existsSync(above)) above = dirname(above);
  try {
    access(above, constants.W_OK);
    return undefined;
  } catch (cause) {
    return cause;
  }
}
