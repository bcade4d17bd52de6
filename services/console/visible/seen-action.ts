import type { CaseAction } from '#libs/contracts/case-action.js';
import type { SeenAction } from '#libs/contracts/seen-case.js';

type FieldName = CaseAction extends infer Action ? (Action extends CaseAction ? keyof Action : never) : never;

/**
 * What a field of an action may tell whoever sees some clinics. `plain`: nothing of a clinic. `words`: what a person wrote, which may be about any.
 * `figures`: what counts all clinics of a controller. `incidents`: ids, of which some are of others. A new field does not compile until it has its word.
 */
const fields: Readonly<Record<FieldName, 'plain' | 'words' | 'figures' | 'incidents'>> = {
  type: 'plain',
  action_id: 'plain',
  case_id: 'plain',
  group_id: 'plain',
  by: 'plain',
  via: 'plain',
  at: 'plain',
  seen_version: 'plain',
  // Of the first incident, which need not be one of theirs.
  actor_id: 'figures',
  seen_incidents: 'incidents',
  counted: 'incidents',
  incident_ids: 'incidents',
  incident_id: 'incidents',
  // An action that names a controller comes here only where it is one of theirs.
  controller_id: 'plain',
  owner: 'plain',
  note_id: 'plain',
  verdict: 'plain',
  until: 'plain',
  level: 'plain',
  kind: 'plain',
  taken_at: 'plain',
  informed_at: 'plain',
  is_breach: 'plain',
  aware_at: 'plain',
  risk: 'plain',
  snapshot_id: 'plain',
  number: 'plain',
  authority: 'plain',
  phase: 'plain',
  sent_at: 'plain',
  mode: 'plain',
  first_at: 'plain',
  last_at: 'plain',
  text: 'words',
  reason: 'words',
  not_qualified_reason: 'words',
  delay_reason: 'words',
  not_informed_reason: 'words',
  reference: 'words',
  by_whom: 'words',
  added: 'figures',
  removed: 'figures',
  changed: 'figures',
  late_clinics: 'figures',
  answers: 'figures',
  answers_seen: 'figures',
  list_sha256: 'figures',
  manifest_sha256: 'figures',
  patients: 'figures',
  exposed: 'figures',
  count: 'figures',
  pseudonyms: 'figures',
  matched: 'figures',
  unmatched: 'figures',
  persons: 'figures',
  deceased: 'figures',
  minors: 'figures',
};

/** What of an action goes to somebody who sees some clinics. */
export interface ActionSight {
  readonly controllers: readonly string[];
  /** Whether the case never touched another clinic than theirs. */
  readonly isAll: boolean;
  readonly isTheirs: (incidentId: string) => boolean;
  /** Whether what this person wrote in the case may be read. */
  readonly mayRead: (by: string) => boolean;
}

/** The action without what is not theirs; undefined where it is about a controller that is none of theirs. */
export function seenAction(action: CaseAction, sight: ActionSight): SeenAction | undefined {
  if ('controller_id' in action && !sight.controllers.includes(action.controller_id)) return undefined;
  const entries = Object.entries(action).map(
    ([name, value]) => [name, seenField(name as FieldName, value, action.by, sight)] as const,
  );
  return Object.fromEntries(entries) as SeenAction;
}

function seenField(name: FieldName, value: unknown, by: string, { isTheirs, mayRead }: ActionSight): unknown {
  switch (fields[name]) {
    case 'plain':
      return value;
    case 'words':
      return mayRead(by) ? value : null;
    case 'incidents':
      return Array.isArray(value) ? value.filter((one) => isTheirs(idOf(one))) : isTheirs(idOf(value)) ? value : null;
    default:
      return null;
  }
}

function idOf(given: unknown): string {
  return typeof given === 'object' && given !== null && 'incident_id' in given ? String(given.incident_id) : String(given);
}
