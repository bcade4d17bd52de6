// incidents/: what firings mean for people: opens, extends, joins and closes incidents, and says what changed.
// It asks the windows for figures, and of rows no more than the id of what they open.

import type { Incident } from './incident.js';
import type { BookOptions } from './incident-seams.js';
import type { IncidentTeller } from './incident-teller.js';
import type { Milliseconds } from '../scan/kinds.js';

/** How long the bare outline of an ended incident is known, so that its id is not told twice, event time. */
const outlineMs = 400 * 24 * 3_600_000;

/** Closes incidents that have been quiet, and lets go of what ended long ago. */
export class Endings {
  #nextClose = Number.POSITIVE_INFINITY;
  #nextExpiry = Number.POSITIVE_INFINITY;

  constructor(
    private readonly options: BookOptions,
    private readonly byAccount: Map<number, Incident[]>,
    private readonly teller: IncidentTeller,
  ) {}

  /** Notes when the incident may close. */
  schedule(incident: Incident): void {
    const closesAt = incident.lastTime + this.options.quietMs;
    if (incident.state === 'open') this.#nextClose = Math.min(this.#nextClose, closesAt);
    else
      this.#nextExpiry = Math.min(
        this.#nextExpiry,
        incident.lastTime + (incident.archived ? outlineMs : this.options.keepClosedMs),
      );
  }

  /** Closes what has been quiet up to `watermark`, and forgets what closed long ago. */
  settle(watermark: Milliseconds, now: Milliseconds): void {
    const closes = watermark >= this.#nextClose;
    if (closes) this.close(watermark, now);
    if (closes || watermark >= this.#nextExpiry) this.#expire(watermark);
  }

  close(watermark: Milliseconds, now: Milliseconds): void {
    this.#nextClose = Number.POSITIVE_INFINITY;
    for (const incidents of this.byAccount.values())
      for (const incident of incidents) {
        if (incident.state === 'open' && watermark >= incident.lastTime + this.options.quietMs) this.teller.closed(incident, now);
        this.schedule(incident);
      }
  }

  /** Lets go of patients of incidents that ended long ago, the oldest first where there are too many, and in the end of the incidents. */
  #expire(watermark: Milliseconds): void {
    this.#nextExpiry = Number.POSITIVE_INFINITY;
    const ended = [...this.byAccount.values()].flat().filter((one) => one.state !== 'open' && !one.archived);
    let excess = ended.reduce((sum, { patientSet }) => sum + patientSet.bytes, 0) - this.options.closedBytesMax;
    for (const incident of ended.toSorted((a, b) => a.lastTime - b.lastTime || a.opening.order - b.opening.order)) {
      const isOld = watermark >= incident.lastTime + this.options.keepClosedMs;
      if ((!isOld && excess <= 0) || this.teller.isDirty(incident)) continue;
      excess -= incident.patientSet.bytes;
      incident.archive();
    }
    for (const [account, incidents] of this.byAccount) {
      const kept = incidents.filter((one) => !one.archived || watermark < one.lastTime + outlineMs);
      if (kept.length) this.byAccount.set(account, kept);
      else this.byAccount.delete(account);
      for (const incident of kept) this.schedule(incident);
    }
  }
}
