import type { IncidentReader, ShownAccess, StoredIncident } from '#libs/access-store/incidents/incident-reader.js';
import { subjectName } from '#libs/contracts/incident.js';
import { printable } from '#libs/contracts/visible-text.js';
import { isoOf } from '#libs/runtime/clock.js';

/** One rule of an incident, and the accesses of the window in which it first held. */
export interface RuleReasons {
  readonly match: StoredIncident['rule_matches'][number];
  /** Start of that window: accesses after it count. */
  readonly after: string;
  readonly selection_id: string;
  /** In order of time, at most as many as were asked for. */
  readonly accesses: readonly ShownAccess[];
  /** How many there are; undefined when ClickHouse does not know the selection. */
  readonly matching: number | undefined;
}

export interface Reasons {
  readonly incident: StoredIncident;
  readonly rules: readonly RuleReasons[];
}

/** Ids that are told when a prefix is not unique. */
const toldMax = 5;

/** The one incident whose id begins so. Throws a sentence for a person when there is none, or more than one. */
export async function oneIncident(reader: Pick<IncidentReader, 'find'>, prefix: string): Promise<StoredIncident> {
  if (!/^[0-9a-f]{1,32}$/.test(prefix))
    throw new Error(`"${prefix.slice(0, 50)}" is no id of an incident: 32 hexadecimal digits, or the first of them`);
  const found = await reader.find(prefix, toldMax + 1);
  const [incident] = found;
  if (!incident)
    throw new Error(
      `ClickHouse knows no incident and no suppressed match whose id begins with ${prefix}: SELECT incident_id FROM vigie.incidents ` +
        `lists them, and a new one takes a second to be stored`,
    );
  if (found.length === 1) return incident;
  const ids = found
    .slice(0, toldMax)
    .map((one) => printable(one))
    .map((one) => `  ${one.incident_id}  ${one.first_time}  ${subjectName(one)}`);
  throw new Error(
    `${found.length > toldMax ? `more than ${toldMax}` : found.length} incidents begin with ${prefix}; give more digits:\n${ids.join('\n')}`,
  );
}

/** For each rule the accesses in `(first_fired - timespan, first_fired]` of the account that its selection selects. */
export async function reasonsOf(
  reader: Pick<IncidentReader, 'accesses'>,
  incident: StoredIncident,
  limit: number,
): Promise<Reasons> {
  const rules: RuleReasons[] = [];
  for (const match of incident.rule_matches) {
    const toMs = Date.parse(match.first_fired);
    const fromMs = toMs - match.timespan_seconds * 1000;
    // Incidents of older versions name selections and not which rule has which: with several the first is as good as any.
    const selection_id = incident.rule_selections[incident.rules.indexOf(match.rule_id)] ?? incident.selections[0] ?? '';
    const { group_id: groupId, subject_kind: subject, actor_id: actorId } = incident;
    const found = await reader.accesses({ groupId, subject, actorId, fromMs, toMs, selectionId: selection_id, limit });
    rules.push({ match, after: isoOf(fromMs), selection_id, accesses: found?.accesses ?? [], matching: found?.matching });
  }
  return { incident, rules };
}
