import type { AccessRow } from '#libs/contracts/access-row.js';
import type { CareTouch } from '#libs/contracts/care/care-fact.js';
import type { Access } from './access.js';
import type { CareMemory } from './care-memory.js';
import { networkOf } from './network.js';
import { visibleFrom } from './steps.js';

/** An event of more patients is a list, which says of nobody that they were met. */
export const listPatients = 4;

/** Of an event, what decides whether it makes its patients known. */
export interface Meeting {
  readonly patients: number;
  readonly isService: boolean;
  readonly isEmergency: boolean;
  readonly isRefused: boolean;
}

/** Whether an event links its patients: by a person, of few, before the glass, and not in vain. */
export function links({ patients, isService, isEmergency, isRefused }: Meeting): boolean {
  return patients > 0 && patients < listPatients && !isService && !isEmergency && !isRefused;
}

/** What is asked to stamp the rows of an event. */
export interface StampTools {
  readonly memory: CareMemory;
  /** Whether an account is no person, by `actor_kind` or a list. */
  readonly isService: (groupId: string, actorId: string, kind: string | undefined) => boolean;
  /** Takes each line that makes the event known: to the log, or to the memory itself where there is no log. */
  readonly tell: (touch: CareTouch) => void;
  /** `id_block` of a row, where its patient's number is known; see `libs/pseudonyms/block-hash.ts`. */
  readonly blockOf?: (row: AccessRow) => string | undefined;
}

/**
 * The rows of one event with what is known of them, keys in the order of the contract. The caller has the memory `advance` with arrivals. Without
 * a clock and without a log, so that a simulation stamps as an ingestor does.
 */
export function stampRows(rows: readonly AccessRow[], tools: StampTools): readonly AccessRow[] {
  const [first] = rows;
  if (!first) return rows;
  const { memory, isService, tell, blockOf } = tools;
  const of = accessOf(first);
  const patients = first.patient_id === '' ? 0 : rows.length;
  const isLinking = links({
    patients,
    isService: isService(first.group_id, first.actor_id, first.actor_kind),
    isEmergency: first.emergency === true,
    isRefused: first.outcome === 'failure',
  });
  const visible = visibleFrom(of.timeMs, Date.parse(first.received_at));
  const stamped = rows.map((row) => {
    const block = blockOf?.(row);
    return {
      ...row,
      ...memory.look({ ...of, visible, patientId: rememberedAs(row) }),
      ...(patients > 1 && { event_patients: patients }),
      ...(block !== undefined && { id_block: block }),
    };
  });
  // While keys overlap, both pseudonyms of a patient are made known: the newer must know a month when it stands alone.
  const met = isLinking
    ? rows.flatMap(({ patient_id, former_id }) => (former_id ? [former_id, patient_id] : [patient_id]))
    : [''];
  for (const patientId of met) {
    const touch = memory.news({ ...of, patientId }, visible);
    if (touch) tell(touch);
  }
  return stamped;
}

/** While keys overlap, the older pseudonym knows all that the newer does, and the month before. */
export function rememberedAs({ patient_id, former_id }: Pick<AccessRow, 'patient_id' | 'former_id'>): string {
  return former_id ?? patient_id;
}

function accessOf(row: AccessRow): Omit<Access, 'patientId'> {
  return {
    groupId: row.group_id,
    actorId: row.actor_id,
    clinicId: row.clinic_id,
    network: row.source_ip === undefined ? '' : networkOf(row.source_ip),
    timeMs: Date.parse(row.time),
  };
}
