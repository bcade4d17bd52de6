import type { CaseBook } from '#libs/cases/case-book.js';
import type { MuteRow } from '#libs/contracts/mute-row.js';
import type { Nobody } from '#libs/routing/planning.js';
import { digestsAt } from '#libs/routing/digest.js';
import { ageMsMax } from '#libs/routing/due.js';
import type { Lengths } from '#libs/dossier/deadlines.js';
import { planOfGroup } from '#libs/routing/group-plan.js';
import type { Line, Plan } from '#libs/routing/plan.js';
import type { Routing } from '#libs/routing/routing.js';
import { gathered, type Send } from '#libs/routing/send.js';

interface Planned {
  readonly records: number;
  /** Of who answers for clinics: routes go by it. */
  readonly edition: number;
  readonly plan: Plan;
  /** Cases of it that are not resolved. */
  readonly open: ReadonlySet<string>;
  /** From then on the plan is to be made anew. */
  readonly until: number;
}

export interface PlansTools {
  readonly book: CaseBook;
  /** Of the clocks of a breach, as they are now. */
  readonly lengths: () => Lengths;
  /** Where the chains of the audit stand, for the list of the day. */
  readonly heads: () => readonly string[];
  readonly failedAt: (sendId: string, receiver: string) => number | undefined;
}

/** The plans of all cases as they stand, each made anew only when a record came or its time did. Instants are wall clock, milliseconds. */
export class Plans {
  #planned = new Map<object, Planned>();
  /** Where a send is planned. */
  #places = new Map<string, object>();
  #mutes: readonly MuteRow[] = [];

  constructor(
    private readonly tools: PlansTools,
    private routing: Routing,
  ) {}

  /** Everything is planned anew when the file or the mutes are others. */
  use(routing: Routing, mutes: readonly MuteRow[]): void {
    this.routing = routing;
    this.#mutes = mutes;
    this.#planned = new Map();
  }

  /** What says something to a receiver is planned anew: it begins or ends to fail. */
  forget(receiver: string): void {
    for (const [key, { plan }] of this.#planned)
      if (plan.sends.some((send) => send.receiver === receiver)) this.#planned.delete(key);
  }

  /** Every send of every case that is not too old to be told, those with one id as one; and the list of the day. */
  at(now: number): readonly Send[] {
    const planned = this.#refreshed(now);
    const sends = gathered(planned.flatMap(({ plan }) => plan.sends.filter(isYoung(now))));
    return [...sends, ...digestsAt(this.routing, () => this.tools.book.openRows(now), now, this.tools.heads())];
  }

  /** Every send of the cases that are open, however old, each of its own case. */
  ofOpen(now: number): readonly Send[] {
    return this.#refreshed(now).flatMap(({ plan, open }) => plan.sends.filter(({ case_id }) => open.has(case_id)));
  }

  #refreshed(now: number): readonly Planned[] {
    const { book } = this.tools;
    const groups = book.groups(now);
    const { edition } = book.policy.controllers;
    const next = new Map<object, Planned>();
    for (const { key, id, records, dueAt } of groups) {
      const old = this.#planned.get(key);
      const holds = old && old.records === records && old.edition === edition && now < old.until;
      next.set(key, holds ? old : this.#plan(id, records, now, dueAt));
    }
    this.#planned = next;
    this.#places = new Map([...next].flatMap(([key, { plan }]) => plan.sends.map(({ send_id }) => [send_id, key] as const)));
    return [...next.values()];
  }

  /** One send as it stands now: the lines of its case are read again. */
  fresh(sendId: string, now: number): Send | undefined {
    const place = this.#places.get(sendId);
    const group = place && this.tools.book.groups(now).find(({ key }) => key === place);
    // What lists several cases, or is now elsewhere.
    if (!group) return this.at(now).find(({ send_id }) => send_id === sendId);
    const planned = this.#plan(group.id, group.records, now, group.dueAt);
    this.#planned.set(group.key, planned);
    const send = planned.plan.sends.filter(isYoung(now)).find(({ send_id }) => send_id === sendId);
    return send?.kind === 'muted_end' ? this.at(now).find(({ send_id }) => send_id === sendId) : send;
  }

  /** Where nobody was on call. */
  get nobody(): readonly Nobody[] {
    return [...this.#planned.values()].flatMap(({ plan }) => plan.nobody);
  }

  #plan(id: string, records: number, now: number, dueAt: number | undefined): Planned {
    const { book, failedAt, lengths } = this.tools;
    const receivers = new Map<string, string>();
    const options = { routing: this.routing, mutes: this.#mutes, until: now, lengths: lengths() };
    const first = planOfGroup(book, id, now, options);
    for (const { send_id, receiver } of first.sends) receivers.set(send_id, receiver);
    const fails = first.sends.some(({ send_id, receiver }) => failedAt(send_id, receiver) !== undefined);
    const again = { ...options, failedAt: (sendId: string) => failedAt(sendId, receivers.get(sendId) ?? '') };
    const { lines, ...plan } = fails ? planOfGroup(book, id, now, again) : first;
    const open = openIn(lines);
    // What is older is told by nobody any more, and is of use only while its case is open.
    const sends = plan.sends.filter((send) => isYoung(now)(send) || open.has(send.case_id));
    return {
      records,
      edition: book.policy.controllers.edition,
      plan: { ...plan, sends },
      open,
      until: Math.min(plan.nextAt, dueAt ?? Infinity),
    };
  }
}

function isYoung(now: number): (send: Send) => boolean {
  return ({ at }) => now - at <= ageMsMax;
}

/** The cases that are not resolved at their last line. */
function openIn(lines: readonly Line[]): ReadonlySet<string> {
  const open = new Set<string>();
  for (const { row } of lines) {
    if (row.status === 'resolved') open.delete(row.case_id);
    else open.add(row.case_id);
  }
  return open;
}
