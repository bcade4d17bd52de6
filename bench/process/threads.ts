import { readdirSync, readFileSync } from 'node:fs';

/** What the threads of a process had of the processor, as the scheduler counts it, microseconds; nothing of threads that have ended. */
export interface ThreadTimes {
  /** All threads. */
  readonly processor: number;
  readonly main: {
    readonly ran: number;
    /** It was ready to run and did not: what others on a loaded machine take from it. */
    readonly queued: number;
  };
  /** Time on a processor by what the thread is called. */
  readonly byName: Readonly<Record<string, number>>;
}

/** Not numbers where the system does not tell. */
export function threadTimesOf(pid: number | undefined): ThreadTimes {
  if (process.platform !== 'linux') return { processor: Number.NaN, main: { ran: Number.NaN, queued: Number.NaN }, byName: {} };
  const byName: Record<string, number> = {};
  const main = { ran: 0, queued: 0 };
  let processor = 0;
  for (const thread of threadsOf(pid)) {
    const [ran = 0, queued = 0] = scheduled(pid, thread);
    const name = textOf(`/proc/${pid}/task/${thread}/comm`).trim();
    processor += ran;
    byName[name] = (byName[name] ?? 0) + ran;
    if (thread === String(pid)) [main.ran, main.queued] = [ran, queued];
  }
  return { processor, main, byName };
}

function threadsOf(pid: number | undefined): readonly string[] {
  try {
    return readdirSync(`/proc/${pid}/task`);
  } catch {
    return [];
  }
}

/** On a processor, and waiting for one: nanoseconds of the scheduler, not the hundredths of a second of `stat`, since a round may be no longer than some of these. */
function scheduled(pid: number | undefined, thread: string): readonly number[] {
  return textOf(`/proc/${pid}/task/${thread}/schedstat`)
    .split(' ')
    .map((nanoseconds) => Number(nanoseconds) / 1000);
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
