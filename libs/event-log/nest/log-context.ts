import { BaseRpcContext } from '@nestjs/microservices';
import type { Bounds, TopicPartition } from '../port.js';

/** What a handler is told beside the frames. */
export interface LogCall {
  /** The group that reads: a service may be in several. */
  readonly group: string;
  readonly at: TopicPartition;
  /** Aborts when the partition leaves; what is not taken by then is read by its next owner. */
  readonly signal?: AbortSignal;
  /** When a partition comes: what the log holds of it. */
  readonly held?: Bounds;
  /** With a poisonous frame: what its handler threw. */
  readonly cause?: unknown;
}

/** The context of a call, as `@Ctx()` gives it to a handler. */
export class LogContext extends BaseRpcContext<[LogCall]> {
  get group(): string {
    return this.args[0].group;
  }
  /** The partition that the call is about. */
  get at(): TopicPartition {
    return this.args[0].at;
  }
  get signal(): AbortSignal {
    return this.args[0].signal ?? new AbortController().signal;
  }
  /** Offsets that the log holds when a partition is assigned. Throws in any other call. */
  get held(): Bounds {
    const { held } = this.args[0];
    if (!held) throw new Error('what the log holds is said when a partition is assigned, and in no other call');
    return held;
  }
  get cause(): unknown {
    return this.args[0].cause;
  }
}
