import { z } from 'zod';
import type { ClickHouseMutes } from '#libs/access-store/lists/clickhouse-mutes.js';
import { isoTime } from '#libs/contracts/access-row.js';
import { unrealTimeIn } from '../answer/instant.js';
import { hex128Of } from '#libs/contracts/hex128.js';
import { levels } from '#libs/contracts/incident.js';
import { muteMsMax, type MuteRow } from '#libs/contracts/mute-row.js';
import { spanOf } from '#libs/routing/mute.js';
import { isoOf } from '#libs/runtime/clock.js';
import { type Answer, ok, refused, unfit } from '../answer/answer.js';
import type { User } from '../users/users.js';
import { patientLike } from './patient-like.js';

export type Mutes = Pick<ClickHouseMutes, 'endingAfter' | 'put'>;

export interface MuteTools {
  readonly mutes: Mutes;
  readonly user: User;
  /** Wall clock, milliseconds. */
  readonly now: number;
  readonly patientPatterns: readonly RegExp[];
}

const word = z.string().trim().min(1).max(200);
const nothing = '';
const muteBody = z.strictObject({
  group_id: word,
  actor_id: word.or(z.literal(nothing)).default(nothing),
  clinic_id: word.or(z.literal(nothing)).default(nothing),
  rule_id: word.or(z.literal(nothing)).default(nothing),
  level_max: z.enum(levels).or(z.literal(nothing)).default(nothing),
  /** Now, where it is left out. */
  starts_at: isoTime.optional(),
  ends_at: isoTime,
  owner: word,
  reason: z.string().trim().min(1).max(2_000),
  covers_critical: z.boolean().default(false),
});

const keyShape = /^[\x21-\x7e]{1,200}$/;

/** Mutes that are over are shown for so long, milliseconds. */
const shownMs = 30 * 24 * 3_600_000;

/** Those that a user may see: of all clinics, or of theirs. */
export async function listMutes({ mutes, user, now }: MuteTools): Promise<Answer> {
  const all = (await mutes.endingAfter(isoOf(now - shownMs))).filter((mute) => isTheirs(user, mute, 'see'));
  const shown = all.map((mute) => ({ ...seenMute(user, mute), state: stateOf(mute, now) }));
  return ok({ mutes: shown, as_of: isoOf(now) }, { case_id: '', rows: shown.length });
}

/**
 * Who sees some clinics is told that a mute of all of them keeps messages back, until when, by which rule and up to which level. Words, persons and the
 * account may be about clinics that they do not see.
 */
function seenMute({ clinics }: User, mute: MuteRow): { readonly [Name in keyof MuteRow]: MuteRow[Name] | null } {
  if (clinics === undefined || clinics.includes(mute.clinic_id)) return mute;
  return { ...mute, actor_id: mute.actor_id === nothing ? nothing : null, owner: null, reason: null, created_by: null };
}

/** 200 with the mute, the same one when it is asked for again with the same key; 403, 422. */
export async function addMute(
  { mutes, user, now, patientPatterns }: MuteTools,
  key: string | undefined,
  body: unknown,
): Promise<Answer> {
  if (!mayMute(user)) return refused(403, 'not_allowed', 'none of your roles may keep messages back');
  if (key === undefined || !keyShape.test(key))
    return refused(422, 'no_key', 'give a header Idempotency-Key of 1 to 200 visible characters, the same when you ask again');
  const read = muteBody.safeParse(body);
  if (!read.success) {
    const [issue] = read.error.issues;
    const field = issue?.code === 'unrecognized_keys' ? issue.keys.join(', ').slice(0, 100) : (issue?.path.join('.') ?? '');
    return refused(422, 'unfit_mute', `the field ${field} is missing, unknown, or holds what it does not take`, { field });
  }
  const unreal = unrealTimeIn(read.data);
  if (unreal !== undefined)
    return refused(422, 'unfit_mute', `the field ${unreal} is a time that no calendar has`, { field: unreal });
  const made: MuteRow = {
    ...read.data,
    starts_at: read.data.starts_at ?? isoOf(now),
    mute_id: hex128Of(`mute ${user.id} ${key}`),
    created_by: user.id,
    created_at: isoOf(now),
    removed: false,
    updated_at: isoOf(now),
  };
  const known = (await mutes.endingAfter(isoOf(now - shownMs))).find(({ mute_id }) => mute_id === made.mute_id);
  if (known) return ok({ mute: known }, { case_id: '', rows: 1 });
  const wrong = wrongSpan(made, now) ?? wrongText(made, patientPatterns);
  if (wrong) return wrong;
  if (!isTheirs(user, made, 'make'))
    return refused(403, 'not_allowed', 'name one of your clinics as clinic_id: you see no others');
  await mutes.put(made);
  return ok({ mute: made }, { case_id: '', rows: 1 });
}

/** 200 with the mute, also when it is over already; what is still new is told at once. */
export async function removeMute({ mutes, user, now }: MuteTools, id: string): Promise<Answer> {
  if (!mayMute(user)) return refused(403, 'not_allowed', 'none of your roles may end a mute');
  if (!/^[0-9a-f]{4,32}$/.test(id))
    return refused(422, 'not_an_id', 'an id is 32 hexadecimal digits in lower case; its first 4 or more will do');
  const found = (await mutes.endingAfter(isoOf(now - shownMs))).filter(
    (mute) => mute.mute_id.startsWith(id) && isTheirs(user, mute, 'make'),
  );
  const [mute] = found;
  if (!mute) return refused(404, 'unknown_mute', 'no mute that you may end has an id that begins so');
  if (found.length > 1) return refused(409, 'ambiguous', `${found.length} mutes have ids that begin so: give more digits`);
  if (stateOf(mute, now) === 'over') return ok({ mute }, { case_id: '', rows: 1 });
  const removed = { ...mute, removed: true, updated_at: isoOf(now) };
  await mutes.put(removed);
  return ok({ mute: removed }, { case_id: '', rows: 1 });
}

function mayMute({ roles }: User): boolean {
  return roles.some((role) => role !== 'reader');
}

/** A mute of all clinics reaches beyond what somebody with clinics of their own sees: they may know of it, and make none. */
function isTheirs({ clinics }: User, { clinic_id }: MuteRow, to: 'see' | 'make'): boolean {
  return clinics === undefined || clinics.includes(clinic_id) || (to === 'see' && clinic_id === '');
}

function stateOf(mute: MuteRow, now: number): 'later' | 'runs' | 'over' {
  const { from, until } = spanOf(mute);
  return until <= now ? 'over' : from > now ? 'later' : 'runs';
}

function wrongSpan({ starts_at, ends_at }: MuteRow, now: number): Answer | undefined {
  const [from, until] = [Date.parse(starts_at), Date.parse(ends_at)];
  if (until <= from || until <= now) return unfit('a mute ends after it begins, and after now', 'ends_at');
  return until - from > muteMsMax
    ? unfit('a mute lasts seven days at most; what is known to be right for longer is an exception of a rule', 'ends_at')
    : undefined;
}

function wrongText(mute: MuteRow, patterns: readonly RegExp[]): Answer | undefined {
  const field = patientLike(mute, patterns);
  if (field === undefined) return undefined;
  return refused(422, 'patient_identifier', `${field} holds what looks like an identifier of a patient: leave it out`, { field });
}
