import type { MuteRow } from '#libs/contracts/mute-row.js';
import type { Level, Routing } from './routing.js';
import type { Send } from './send.js';

/** What comes within this time of a case's beginning is told with it, milliseconds. */
export const gatherMs = (level: Level): number => (level === 'critical' ? 2_000 : 30_000);

/** A case is told again when it has this many times the patients of which was told last. */
export const growthFactor = 10;

/** A step that was to tell whoever is on call, when nobody was. */
export interface Nobody {
  readonly case_id: string;
  readonly policy: string;
  readonly step: number;
  readonly round: number;
  readonly at: number;
  readonly schedule: string;
}

/** What the plans of some cases share. */
export interface Planning {
  readonly routing: Routing;
  readonly mutes: readonly MuteRow[];
  /** Since when a send has been failing, milliseconds; `undefined` when it is not. */
  readonly failedAt: (sendId: string) => number | undefined;
  readonly sends: Send[];
  readonly nobody: Nobody[];
}

/** What a send comes of. */
export interface Origin {
  readonly origin: string;
  readonly policy?: string;
  readonly step?: number;
  readonly round?: number;
  readonly needs?: true;
  readonly silence: string;
}
