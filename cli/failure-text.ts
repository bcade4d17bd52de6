import { codeOf, messageOf } from '#libs/runtime/outcome.js';

const refusedByTheSystem: ReadonlySet<string> = new Set(['EACCES', 'EPERM', 'EROFS']);

const withoutRoom: ReadonlySet<string> = new Set(['ENOSPC', 'EDQUOT']);

/** What a command that failed says: of a file that it may not read or write, also as whom it runs, since in a container that is nobody of the machine. */
export function failureText(cause: unknown): string {
  const message = messageOf(cause);
  if (withoutRoom.has(codeOf(cause) ?? ''))
    return `${message}: the disk has no room left for what this writes; free some and do it again, or name a folder on another disk`;
  if (!refusedByTheSystem.has(codeOf(cause) ?? '')) return message;
  return `${message}: this runs as user ${process.getuid?.() ?? 'unknown'}; let that user in, or run it as the one whose file it is (in a container: --user "$(id -u)", and a folder that is mounted to be written)`;
}
