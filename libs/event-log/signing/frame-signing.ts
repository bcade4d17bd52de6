import type { SignatureFault } from '#libs/contracts/quarantine-row.js';
import type { Clock } from '#libs/runtime/clock.js';
import type { Log } from '#libs/runtime/log.js';
import type { Metrics } from '#libs/runtime/metrics.js';
import type { Frame, TopicPartition } from '../port.js';
import type { FrameKeys } from './frame-keys.js';

/** Frames that are not believed are told of in the log at most this often, in milliseconds: whoever writes them chooses how many there are. */
const tellEveryMs = 10_000;

/** What a log knows of a frame beside its bytes. */
export interface Evidence {
  /** As `FrameKeys.sign` made it; absent where none lies beside the frame. */
  readonly signature?: Uint8Array | undefined;
  /** When the log took it, milliseconds, by a clock that no writer sets; absent where there is none. */
  readonly takenAt?: number | undefined;
}

/** Whether a frame must be signed: those from before there were keys need not be. */
export type Needed = (at: TopicPartition, frame: { readonly offset: number; readonly takenAt?: number | undefined }) => boolean;

export interface SigningTools {
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics?: Metrics;
}

/** Signs what is appended, and looks at what is read before anybody believes it. */
export class FrameSigning {
  #toldAt = Number.NEGATIVE_INFINITY;
  #untold = 0;

  constructor(
    private readonly keys: Pick<FrameKeys, 'sign' | 'faultOf'>,
    private readonly needed: Needed,
    private readonly tools: SigningTools,
  ) {}

  sign(at: TopicPartition, bytes: Uint8Array): Buffer {
    return this.keys.sign(at, bytes);
  }

  /** The frame, or in its place one that is unreadable, with the fault as its reason and no bytes. */
  believed(at: TopicPartition, frame: Frame, { signature, takenAt }: Evidence): Frame {
    const fault = this.keys.faultOf(at, frame.bytes, signature);
    if (fault === undefined) return frame;
    // An old frame may bear no signature, or one of a key that is gone since; a wrong one was never ours.
    if (fault !== 'wrong_signature' && !this.needed(at, { offset: frame.offset, takenAt })) return frame;
    this.#tell(at, frame.offset, fault);
    return { ...frame, bytes: Buffer.alloc(0), unreadable: { reason: fault, last: frame.offset } };
  }

  #tell(at: TopicPartition, offset: number, reason: SignatureFault): void {
    const { clock, log, metrics } = this.tools;
    metrics?.add('vigie_log_frames_refused_total', { topic: at.topic, reason });
    this.#untold += 1;
    if (clock.monotonic() - this.#toldAt < tellEveryMs) return;
    log.error('frames of the log are not signed by one of us and are set aside; the last of them', {
      ...at,
      offset,
      reason,
      count: this.#untold,
    });
    this.#toldAt = clock.monotonic();
    this.#untold = 0;
  }
}
