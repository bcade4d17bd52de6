import { isatty } from 'node:tty';

/**
 * SIGHUP asks a process that runs for itself to look at its files again, and `nohup` has it ignored, which Node undoes: neither may end it. At a terminal it says that the terminal is gone, and
 * ends the process as everywhere. Call it first; whoever has files to look at listens besides.
 */
export function outliveHangUp(): void {
  if (!hasTerminal()) process.on('SIGHUP', () => {});
}

export function hasTerminal(): boolean {
  return isatty(0);
}
