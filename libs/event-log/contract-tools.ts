import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { systemClock } from '#libs/runtime/clock.js';
import { compiledModule } from '#libs/runtime/paths.js';
import type { MemberScript } from './contract-member.js';
import type { Bounds, EventLog, Frame, Membership, Reader, TopicPartition } from './port.js';

/** Waits for a condition, looking often; fails with `what` when it does not come true in time. */
export async function until(what: string, condition: () => boolean | Promise<boolean>, deadlineMs = 120_000): Promise<void> {
  const from = systemClock.monotonic();
  while (!(await condition())) {
    if (systemClock.monotonic() - from > deadlineMs) throw new Error(`not within ${deadlineMs} ms: ${what}`);
    await systemClock.sleep(5);
  }
}

export interface Seen extends TopicPartition {
  readonly offset: number;
  readonly text: string;
}

/** A reader that notes everything, and lets a test bend one of the calls. */
export class Recorder implements Reader {
  readonly seen: Seen[] = [];
  readonly events: string[] = [];
  readonly poisoned: { readonly offset: number; readonly cause: unknown }[] = [];
  readonly bend: Partial<Reader>;
  /** Only where a test bends it: a reader that does not have it is another one. */
  readonly missing?: NonNullable<Reader['missing']>;
  membership: Membership | undefined;
  /** Commit after every batch. */
  committing = true;

  constructor(bend: Partial<Reader> = {}) {
    this.bend = bend;
    if (bend.missing) this.missing = bend.missing;
  }

  async assigned(at: TopicPartition, held: Bounds): Promise<number | 'committed' | 'earliest'> {
    this.events.push(`assigned ${at.partition}`);
    return this.bend.assigned?.(at, held) ?? 'committed';
  }

  async frames(at: TopicPartition, frames: readonly Frame[], signal: AbortSignal): Promise<void> {
    await this.bend.frames?.(at, frames, signal);
    for (const { offset, bytes } of frames) this.seen.push({ ...at, offset, text: bytes.toString() });
    if (this.committing) await this.membership?.commit(at, (frames.at(-1)?.offset ?? -1) + 1);
  }

  async poison(at: TopicPartition, frame: Frame, cause: unknown): Promise<void> {
    await this.bend.poison?.(at, frame, cause);
    this.poisoned.push({ offset: frame.offset, cause });
  }

  async revoked(at: TopicPartition): Promise<void> {
    this.events.push(`revoked ${at.partition}`);
    await this.bend.revoked?.(at);
  }

  texts(): readonly string[] {
    return this.seen.map(({ text }) => text);
  }
}

export async function joinAs(
  log: EventLog,
  group: string,
  topic: string,
  recorder: Recorder,
  batchBytesMax = 1 << 20,
): Promise<Membership> {
  const membership = await log.join({ group, topics: [topic], batchBytesMax }, recorder);
  recorder.membership = membership;
  return membership;
}

/** A process that appends or reads; `lines` grows while it speaks. */
export interface Child {
  readonly lines: readonly Readonly<Record<string, unknown>>[];
  readonly exited: Promise<void>;
  readonly process: ChildProcess;
  kill(): Promise<void>;
}

export function startChild(script: MemberScript): Child {
  const module = compiledModule('libs/event-log/contract-member');
  const child = spawn(process.execPath, [module, JSON.stringify(script)], { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines: Readonly<Record<string, unknown>>[] = [];
  createInterface({ input: child.stdout }).on('line', (line) => lines.push(JSON.parse(line)));
  const exited = new Promise<void>((resolve) => child.once('close', () => resolve()));
  return {
    lines,
    exited,
    process: child,
    async kill() {
      child.kill('SIGKILL');
      await exited;
    },
  };
}

/** One log, real or in memory, that several clients can open at a time. */
export interface LogUnderTest {
  /** Makes a topic of its own. */
  createTopic(partitions: number): Promise<string>;
  connect(): Promise<EventLog>;
  end(): Promise<void>;
  /** How a process of its own finds the log; absent when it cannot. */
  readonly whereabouts?: Pick<MemberScript, 'directory' | 'brokers'>;
}

/** What the suites of the contract work with; what they open is closed behind each test. */
export interface ContractWorld {
  /** There from the first test on. */
  readonly log: LogUnderTest;
  /** A name that no group has had. */
  groupName(): string;
  connect(): Promise<EventLog>;
  readonly join: typeof joinAs;
  child(script: Omit<MemberScript, 'directory' | 'brokers'>): Child;
}
