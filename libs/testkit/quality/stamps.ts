import { hash } from 'node:crypto';
import { DayCalendar } from '#libs/formats/times/day-calendar.js';
import { CareMemory } from '#libs/care/care-memory.js';
import { stampRows } from '#libs/care/stamp-rows.js';
import { stepOf, visibleFrom } from '#libs/care/steps.js';
import type { AccessRow } from '#libs/contracts/access-row.js';
import type { IncidentChange } from '#libs/contracts/incident.js';
import type { SentEvent } from '../hospital/event.js';

const zone = 'Europe/Paris';
/** Numbers of one block. */
const blockNumbers = 100;

/** What the ingestors' memory says of simulated accesses: one memory, and every fact reaches it at once, to be seen from its step on. */
export class Stamps {
  readonly #calendar = new DayCalendar(zone);
  readonly #memory = new CareMemory(this.#calendar);
  readonly #services: ReadonlySet<string>;

  /** Without `knowsLinks` rows say nothing of who met whom, as with `VIGIE_CARE_LINK=off`. */
  constructor(
    services: readonly string[],
    private readonly knowsLinks = true,
  ) {
    this.#services = new Set(services);
  }

  stamp(rows: readonly AccessRow[], { patient_ids, clinic_id, time }: SentEvent, receivedMs: number): readonly AccessRow[] {
    this.#memory.advance(receivedMs);
    const stamped = stampRows(rows, {
      memory: this.#memory,
      isService: (_group, actor, kind) => kind === 'service' || this.#services.has(actor),
      tell: (touch) => this.#memory.take(touch),
    });
    const day = this.#calendar.dayOf(Date.parse(time));
    // A row of each patient, in their order; none is named twice.
    return stamped.map((whole, index) => {
      const { care_link: _link, ...linkless } = whole;
      const row = this.knowsLinks ? whole : linkless;
      const name = patient_ids[index];
      if (name === undefined) return row;
      const [authority, id] = typeof name === 'string' ? ['', name] : [name.authority, name.id];
      return { ...row, id_block: blockOf([day, clinic_id, authority, Math.floor(Number(id) / blockNumbers)]) };
    });
  }

  /** Accounts in an incident of their own link nobody from the step on in which it is known; those of an address or a block go on working, as the ingestors have it. */
  bar(changes: readonly IncidentChange[], atMs: number): void {
    for (const {
      incident_id: incidentId,
      group_id: groupId,
      version,
      state,
      last_time,
      subject_kind,
      actor_id: actorId,
    } of changes) {
      if (subject_kind !== 'account') continue;
      const known = { groupId, actorId, incidentId, version, isOpen: state === 'open' || state === 'closed' };
      this.#memory.bar({ ...known, from: visibleFrom(atMs, atMs), last: stepOf(Date.parse(last_time)) });
    }
  }
}

/** Equal for numbers of one block, clinic and day; the key is that of a simulation and guards nothing. */
function blockOf(parts: readonly (string | number)[]): string {
  return hash('sha1', parts.join(' ')).slice(0, 16);
}
