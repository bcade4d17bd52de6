/** Cases as people work them: a pure fold of the scorer's changes and of people's actions. No clock, no files, no network. */
import type { Controller } from '#libs/contracts/controller.js';
import type { levels } from '#libs/contracts/incident.js';

export type Level = (typeof levels)[number];

const minute = 60_000;
const hour = 60 * minute;

/** Who answers for clinics. */
export interface Controllers {
  /** The legal entity that answers for a clinic of a group. */
  of(groupId: string, clinicId: string): string;
  /** Whether the clocks of NIS 2 run for a controller of a group; `none` until the register says otherwise. */
  nis2(groupId: string, controllerId: string): Controller['nis2'];
  /** Another number whenever one of them may answer otherwise. */
  readonly edition: number;
}

/** What a case waits for, in milliseconds. All readers of one log must have the same, or they see different cases. */
export interface CasePolicy {
  /** How long a new case may wait until somebody takes it. */
  acknowledgeWithinMs(level: Level): number;
  /** An acknowledged case that nobody has touched for this long is new again. */
  unacknowledgeAfterMs(level: Level): number;
  /** A case that has grown to this many times the patients at which somebody took or closed it is new again. */
  readonly growthFactor: number;
  /** A hold ends at the latest this long after it began. */
  readonly holdMsMax: number;
  /** No case goes another way by them: they may be others for each reader, and change while it reads. */
  readonly controllers: Controllers;
}

export const standardPolicy: CasePolicy = {
  acknowledgeWithinMs: (level) => (level === 'critical' ? 5 * minute : 15 * minute),
  unacknowledgeAfterMs: (level) => (level === 'critical' ? 4 * hour : 24 * hour),
  growthFactor: 10,
  holdMsMax: 7 * 24 * hour,
  controllers: { of: (_groupId, clinicId) => clinicId, nis2: () => 'none', edition: 0 },
};
