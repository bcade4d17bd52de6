import type { SignatureFault } from '#libs/contracts/quarantine-row.js';
import type { Clock } from '#libs/runtime/clock.js';
import type { TopicPartition } from '../port.js';
import { FrameKeys, parseFrameKeys } from './frame-keys.js';

/** Between two looks at the file, in milliseconds. */
const lookEveryMs = 10_000;
/** The same where a frame bears a key that is not known: whoever wrote it may have looked before us. */
const strangeEveryMs = 1000;

/** Keys of a file that is read again while the process runs. */
export class RenewedFrameKeys implements Pick<FrameKeys, 'sign' | 'faultOf'> {
  #keys: FrameKeys;
  #lookedAt: number;

  /** `text` answers with what the file has now, or had when it last fitted. */
  constructor(
    private text: string,
    private readonly textNow: () => string,
    private readonly clock: Clock,
  ) {
    this.#keys = keysOf(text);
    this.#lookedAt = clock.monotonic();
  }

  sign(at: TopicPartition, frame: Uint8Array): Buffer {
    this.#look(lookEveryMs);
    return this.#keys.sign(at, frame);
  }

  faultOf(at: TopicPartition, frame: Uint8Array, signature: Uint8Array | undefined): SignatureFault | undefined {
    this.#look(lookEveryMs);
    const fault = this.#keys.faultOf(at, frame, signature);
    if (fault !== 'unknown_key' || !this.#look(strangeEveryMs)) return fault;
    return this.#keys.faultOf(at, frame, signature);
  }

  /** Whether other keys are in use now. */
  #look(everyMs: number): boolean {
    const { clock } = this;
    if (clock.monotonic() - this.#lookedAt < everyMs) return false;
    this.#lookedAt = clock.monotonic();
    const now = this.textNow();
    if (now === this.text) return false;
    this.text = now;
    this.#keys = keysOf(now);
    return true;
  }
}

/** Whether keys can be read from a text. */
export function hasFrameKeys(text: string): boolean {
  const parsed = parseFrameKeys(text);
  return !('mistakes' in parsed) && parsed.keys.length > 0;
}

function keysOf(text: string): FrameKeys {
  const parsed = parseFrameKeys(text);
  if ('mistakes' in parsed) throw new RangeError(`keys of frames cannot be read: ${parsed.mistakes.join('; ')}`);
  return new FrameKeys(parsed.keys);
}
