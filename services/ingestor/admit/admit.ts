// admit/: whether an event goes on, and what is kept of one that does not.
// It knows no HTTP and no log.

import type { AccessEvent } from '#libs/formats/event.js';
import { type Rejected, rejected } from '#libs/runtime/outcome.js';

/** An event that is kept, but apart. */
export interface SetAside {
  readonly kind: 'set-aside';
  readonly why: Rejected;
}
/** An event that goes on; `beside` says what of it could not, and is kept apart as well. */
export interface Admitted {
  readonly kind: 'accepted';
  readonly beside?: Rejected;
}

/**
 * Whether an event may go on: it names no other group than its credential's. Where a patient stands in it who cannot be told apart, it goes on for the others; with nobody else it is set aside, because it would look like an access to nobody.
 */
export function admit(event: AccessEvent, groupId: string): Admitted | Rejected | SetAside {
  if (event.groupId !== undefined && event.groupId !== groupId)
    return rejected(
      'other_group',
      'group_id',
      `its source speaks for the group ${groupId} only; send it by a source of the other group`,
    );
  if (!event.unreadablePatients?.length) return { kind: 'accepted' };
  const unreadable = withoutIdentity(event.unreadablePatients);
  return event.patients.length ? { kind: 'accepted', beside: unreadable } : { kind: 'set-aside', why: unreadable };
}

function withoutIdentity(fields: readonly string[]): Rejected {
  const [field = ''] = fields;
  const others = fields.length > 1 ? ` (and ${fields.length - 1} more such places)` : '';
  const detail = `a patient stands here who cannot be told apart from others${others}; send a reference to Patient, or an identifier with its system`;
  return rejected('unreadable_patient', field, detail);
}
