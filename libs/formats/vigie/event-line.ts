import type { AccessEvent } from '../event.js';
import { type EventIds, eventIdsOf } from '../event-id/event-id.js';
import { isoText } from '../time.js';
import { authorityOf, type SourceContext } from '../to-rows.js';
import { FastRows } from './fast-rows.js';

/** Where a line must have an id and its record has none. */
const noId = '-';

/**
 * An event that another format told, as a line of Vigie's own, fields in the order of a row. Undefined where a line cannot say it, or is told apart
 * by more than it says: with unknown fields, with a patient as its account or one who cannot be told apart. A record without an id has `noId`, and is
 * named apart.
 */
export function eventLineOf(event: AccessEvent): string | undefined {
  if (event.actorPatient || event.unreadablePatients?.length || event.extra) return undefined;
  return JSON.stringify({
    time: isoText(event.timeMs),
    actor_id: event.actorId,
    patient_ids: event.patients.map(idOf),
    clinic_id: event.clinicId,
    action: event.action,
    outcome: event.outcome,
    id: event.id ?? noId,
    actor_role: event.actorRole,
    actor_kind: event.actorKind,
    privileged: event.privileged,
    record_count: event.recordCount,
    categories: event.categories,
    purpose: event.purpose,
    emergency: event.emergency,
    source_ip: event.sourceIp,
    device: event.device,
    user_agent: event.userAgent,
    session_id: event.sessionId,
    auth: event.auth,
    mfa: event.mfa,
    application: event.application,
  });
}

function idOf({ id }: { readonly id: string }): string {
  return id;
}

/** An event as a line of Vigie's own format that says all of it, and what of it says by which program the line is read. */
export interface ShapedLine {
  readonly line: string;
  readonly of: Pick<AccessEvent, 'patients' | 'clinicId'>;
}

/** The short way of the events of one request: each by the program of its patients' authority. */
export class EventLines {
  /** The way of lines whose patients name no authority. */
  readonly own: FastRows | undefined;
  #ids: EventIds | undefined;
  readonly #others = new Map<string, FastRows | undefined>();

  constructor(
    private readonly source: SourceContext,
    private readonly receivedMs: number,
  ) {
    this.own = FastRows.of(source, receivedMs);
  }

  /**
   * Rows that are ready to be written, the same as `toRows` would make of the event and what names its record where it has no id; undefined where
   * the long way must be gone.
   */
  read(event: AccessEvent, content: unknown): FastRows | undefined {
    const line = eventLineOf(event);
    const fast = line === undefined ? undefined : this.readLine({ line, of: event });
    if (fast && event.id === undefined) fast.nameRecord(this.#idsOfSource().recordHalf({ item: content }));
    return fast;
  }

  /** The same of an event that has an id, and whose line was made by other means. */
  readLine({ line, of }: ShapedLine): FastRows | undefined {
    const fast = this.#of(of);
    return fast?.readAlone({ line, start: 0, end: line.length, fields: '' }) ? fast : undefined;
  }

  #idsOfSource(): EventIds {
    this.#ids ??= eventIdsOf(this.source.keys, this.source.groupId, this.source.source);
    return this.#ids;
  }

  #of({ patients, clinicId }: ShapedLine['of']): FastRows | undefined {
    const [first, ...others] = patients;
    if (!first) return this.own;
    if (others.some(({ authority }) => authority !== first.authority)) return undefined;
    if (first.authority === undefined) return this.own;
    if (this.source.authority !== 'clinic' && first.authority === authorityOf(this.source, clinicId)) return this.own;
    return this.#ofAuthority(first.authority);
  }

  #ofAuthority(authority: string): FastRows | undefined {
    if (!this.#others.has(authority)) this.#others.set(authority, FastRows.ofAuthority(authority, this.source, this.receivedMs));
    return this.#others.get(authority);
  }
}
