import type { Rule } from '#libs/detection/rule/rule.js';
import type { Waiting } from './outbox.js';
import type { RelayedThrough } from './relay-marks.js';
import type { Renamings } from './renaming.js';

/** What a snapshot says, all of one moment: windows without what they decided, or under other rules than theirs, would be a lie. */
export interface Moment {
  readonly nextOffset: number;
  readonly rules: readonly Rule[];
  /** Decided, and not appended yet. */
  readonly waiting: readonly Waiting[];
  readonly relayed: RelayedThrough | undefined;
  /** Incidents that go on under ids of before. */
  readonly renamed: Renamings | undefined;
  /** As it is when the first piece is asked for. */
  readonly pieces: Iterable<Uint8Array>;
}
