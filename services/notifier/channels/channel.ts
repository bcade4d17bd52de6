// channels/: where changes are told: the log and webhooks, what an answer means, and how long to wait after it.
// One file a channel; the interface is channel.ts.

import type { IncidentChange, levels } from '#libs/contracts/incident.js';
import type { EndpointPaused, ToldType } from '#libs/contracts/webhook-body.js';
import type { Verdict } from '#libs/channels/http/verdict.js';

/** A change that people are told of. */
export type ToldChange = IncidentChange & { readonly change_type: ToldType };
export type Level = (typeof levels)[number];

/** Somewhere a change can be sent to. */
export interface Channel {
  /** A word for metrics, files and the consumer group: `[a-z0-9-]{1,40}`. */
  readonly name: string;
  /** Changes of incidents below this level are not sent. */
  readonly levelMin: Level;
  /** Deliveries at a time, each of another incident. */
  readonly parallelMax: number;
  /** One attempt. Bad answers are verdicts; nothing is thrown but bugs. Ends by itself when the signal aborts. */
  send(change: ToldChange, signal: AbortSignal): Promise<Verdict>;
  /** One attempt to say that another channel takes nothing, on the same terms. */
  announce(notice: EndpointPaused, signal: AbortSignal): Promise<Verdict>;
}
