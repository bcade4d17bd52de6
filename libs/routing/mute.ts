import type { CaseRow } from '#libs/contracts/case-row.js';
import { levels } from '#libs/contracts/incident.js';
import type { MuteRow } from '#libs/contracts/mute-row.js';

/** A mute that silences a case at an instant, and until when. */
export interface Silence {
  readonly muteId: string;
  /** Wall clock, milliseconds. */
  readonly until: number;
}

/** Every mute that covers a case, at an instant of the wall clock in milliseconds. */
export function silencesOf(mutes: readonly MuteRow[], row: CaseRow, at: number): readonly Silence[] {
  return mutes.flatMap((mute) => {
    const { from, until } = spanOf(mute);
    return from <= at && at < until && covers(mute, row) ? [{ muteId: mute.mute_id, until }] : [];
  });
}

/** From when until when it holds: never before somebody made it, and no longer once it was removed. */
export function spanOf({ starts_at, ends_at, created_at, removed, updated_at }: MuteRow): {
  readonly from: number;
  readonly until: number;
} {
  const ends = Date.parse(ends_at);
  return {
    from: Math.max(Date.parse(starts_at), Date.parse(created_at)),
    until: removed ? Math.min(ends, Date.parse(updated_at)) : ends,
  };
}

/**
 * Whether a mute is about a case: a word that it leaves empty stands for all. A case that goes beyond the account, the clinic or the rule is about
 * more than was announced, and is told.
 */
function covers(mute: MuteRow, row: CaseRow): boolean {
  if (row.level === 'critical' && !mute.covers_critical) return false;
  return (
    mute.group_id === row.group_id &&
    (mute.actor_id === '' || isOf(mute.actor_id, row)) &&
    (mute.clinic_id === '' || row.clinics.every((clinic) => clinic === mute.clinic_id)) &&
    (mute.rule_id === '' || row.rules.every((rule) => rule === mute.rule_id)) &&
    (mute.level_max === '' || levels.indexOf(row.level) <= levels.indexOf(mute.level_max))
  );
}

/** Whether a case is about an account, or another subject, alone: incidents of others may be linked to it. */
function isOf(subject: string, { subject_kind, actor_id, account_count, incident_ids }: CaseRow): boolean {
  return subject === actor_id && (subject_kind === 'account' ? account_count === 1 : incident_ids.length === 1);
}
