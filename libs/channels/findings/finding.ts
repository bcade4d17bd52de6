// findings/: cases as findings of the Open Cybersecurity Schema Framework, for whoever reads the topic `vigie.findings.v1`.
// What the machine found is a Detection Finding (2004), what people do about it an Incident Finding (2005).
import { isIP } from 'node:net';
import type { Verdict } from '#libs/contracts/case-action.js';
import type { CaseMessage, MessageKind } from '#libs/contracts/case-message.js';
import type { CaseRow } from '#libs/contracts/case-row.js';
import { findingsTopic } from '#libs/contracts/topics.js';
import { printable } from '#libs/contracts/visible-text.js';
import { assertNever } from '#libs/runtime/outcome.js';
import { caseSentence } from '#libs/texts/sentence.js';
import { caseUrl, type Told } from '../told/told.js';

/** Version of the schema that a finding says it follows. Every attribute used is in 1.5.0 already. */
export const schemaVersion = '1.8.0';

export type Finding = Readonly<Record<string, unknown>>;

export interface FindingContext {
  readonly version: string;
  readonly consoleUrl?: string | undefined;
}

const severities = { informational: 1, low: 2, medium: 3, high: 4, critical: 5 } as const;
const statuses = { new: 1, acknowledged: 2, on_hold: 3, resolved: 4 } as const;
const verdictIds: Readonly<Record<Verdict, number>> = {
  false_positive: 1,
  true_positive: 2,
  suspicious: 4,
  authorised: 5,
  test: 6,
  insufficient_data: 7,
  duplicate: 10,
};
const created = 1;
const updated = 2;
const closed = 3;
const other = 99;

/** Which kinds are the machine's, and what they do to a finding. */
const detections: Readonly<Partial<Record<MessageKind, number>>> = {
  opening: created,
  grew: updated,
  level: updated,
  withdrawn: closed,
  test: other,
};

/** The findings of a message that is no digest: one, or one a case that rose during a mute. */
export function findingsOf(told: Told, context: FindingContext): readonly Finding[] {
  const { message } = told;
  const rows = [...(message.case ? [message.case] : []), ...(message.kind === 'muted_end' ? (message.cases ?? []) : [])];
  const activity = detections[message.kind];
  if (activity !== undefined) return [detectionOf(message, message.case, activity, told.sentence, context)];
  return rows.map((row) => {
    const sentence = message.kind === 'muted_end' ? caseSentence(printable(row), message.at, told.speech) : told.sentence;
    return incidentOf(message, row, sentence, context);
  });
}

/** Detection Finding. A test has no case, and says of itself that it is none of the activities. */
function detectionOf(
  message: CaseMessage,
  row: CaseRow | undefined,
  activity: number,
  sentence: string,
  context: FindingContext,
): Finding {
  return {
    ...baseOf(2004, activity, message, row, sentence, context),
    ...(activity === other && { activity_name: 'Test' }),
    ...(row && { is_alert: activity === created }),
    finding_info: {
      uid: row?.case_id ?? message.send_id,
      title: row ? printable(row.title) : 'Test',
      ...(row && { analytic: { uid: row.rules[0] ?? 'vigie', name: row.rules[0] ?? 'vigie', type_id: 1 } }),
    },
    ...(row && {
      resources: row.clinics.map((uid) => ({ uid, type: 'clinic' })),
      ...(row.actor_id !== '' && evidencesOf(row)),
    }),
  };
}

/** Whose it is, as the schema has it: a user, an endpoint, a session. A block of numbers and a clinic are nobody; the clinic is among the resources. */
function evidencesOf({ subject_kind, actor_id }: CaseRow): Finding {
  switch (subject_kind) {
    case 'account':
      return { evidences: [{ actor: { user: { uid: actor_id, name: actor_id } } }] };
    case 'source_ip':
      return { evidences: [{ src_endpoint: isIP(actor_id) === 0 ? { name: actor_id } : { ip: actor_id } }] };
    case 'device':
      return { evidences: [{ src_endpoint: { name: actor_id } }] };
    case 'session_id':
      return { evidences: [{ actor: { session: { uid: actor_id } } }] };
    case 'id_block':
    case 'clinic_id':
      return {};
    default:
      return assertNever(subject_kind);
  }
}

/** Incident Finding. It must name who works on it: while nobody does, the group of the case. */
function incidentOf(message: CaseMessage, row: CaseRow, sentence: string, context: FindingContext): Finding {
  return {
    ...baseOf(2005, message.kind === 'ended' ? closed : updated, message, row, sentence, context),
    finding_info_list: row.incident_ids.map((uid) => ({ uid, title: printable(row.title) })),
    verdict_id: row.verdict === '' ? 0 : verdictIds[row.verdict],
    ...(row.owner === ''
      ? { assignee_group: { name: message.escalation?.policy ?? row.group_id } }
      : { assignee: { name: row.owner } }),
    ...(row.verdict === 'true_positive' && { is_suspected_breach: true }),
    ...(context.consoleUrl !== undefined && { src_url: caseUrl(context.consoleUrl, row.case_id) }),
  };
}

function baseOf(
  classUid: 2004 | 2005,
  activity: number,
  message: CaseMessage,
  row: CaseRow | undefined,
  sentence: string,
  { version }: FindingContext,
): Finding {
  return {
    class_uid: classUid,
    category_uid: 2,
    activity_id: activity,
    type_uid: classUid * 100 + activity,
    severity_id: row ? severities[row.level] : 1,
    ...(row && { status_id: statuses[row.status], start_time: Date.parse(row.first_time), end_time: Date.parse(row.last_time) }),
    time: Date.parse(message.at),
    message: sentence,
    metadata: {
      version: schemaVersion,
      uid: message.send_id,
      log_name: findingsTopic,
      product: { name: 'Vigie', vendor_name: 'Vigie', version },
      ...(row && { correlation_uid: row.case_id, tenant_uid: row.group_id }),
    },
    // Patients are figures here, and nowhere anything else.
    unmapped: row ? { kind: message.kind, patients: row.patients, step: row.step, rules: row.rules } : { kind: message.kind },
  };
}
