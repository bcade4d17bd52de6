import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';
import type { ProcessIdentity } from '../member/group-state.js';
import { codeOf } from '#libs/runtime/outcome.js';

/** Who this process is, so that others can tell whether it still runs. */
export function ownIdentity(): ProcessIdentity {
  return identityOf(process.pid);
}

/** The same of another process of this table, by its number, while it runs. */
export function identityOf(pid: number): ProcessIdentity {
  return { host: processTable(), pid, startedAt: procStat(pid)?.startedAt ?? '' };
}

/**
 * True when the process is certainly gone: no such number, a zombie, or a number that another process has been given since.
 * False when it runs, and when that cannot be told from here (another container's process table): then only its beats tell.
 */
export function isGone(identity: ProcessIdentity, here: string): boolean {
  if (identity.host !== here) return false;
  try {
    process.kill(identity.pid, 0);
  } catch (cause) {
    if (codeOf(cause) === 'ESRCH') return true;
  }
  const stat = procStat(identity.pid);
  if (!stat) return false;
  return stat.state === 'Z' || stat.state === 'X' || (identity.startedAt !== '' && stat.startedAt !== identity.startedAt);
}

/** Names the process table: process numbers mean something only within one boot and one namespace. */
function processTable(): string {
  const boot = readText('/proc/sys/kernel/random/boot_id');
  return `${hostname()} ${boot} ${namespaceOf()}`;
}

function namespaceOf(): string {
  try {
    return readlinkSync('/proc/self/ns/pid');
  } catch {
    return '';
  }
}

/** proc_pid_stat(5): after the parenthesised name, field 3 is the state and field 22 the start time in clock ticks since boot. */
function procStat(pid: number): { readonly state: string; readonly startedAt: string } | undefined {
  const text = readText(`/proc/${pid}/stat`);
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const [state, startedAt] = [fields[0], fields[19]];
  return state && startedAt ? { state, startedAt } : undefined;
}

/** Empty where there is no such file: other systems than Linux, or the process has ended. */
function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch {
    return '';
  }
}
