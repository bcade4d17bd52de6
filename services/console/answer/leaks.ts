import { z } from 'zod';
import { attributeLeak } from '#libs/attribution/attribute-leak.js';
import { attributionBody } from '#libs/attribution/attribution-body.js';
import { caveat, type LeakStore, samplePatientsMax } from '#libs/attribution/leak.js';
import { hex128 } from '#libs/contracts/access-row.js';
import type { User } from '../users/users.js';
import { type Answer, ok, refused } from './answer.js';
import { instant } from './instant.js';

const leakBody = z.strictObject({
  group_id: z.string().min(1).max(200),
  /** Of the accesses, half open. */
  from: instant,
  to: instant,
  title: z.string().max(200).default(''),
  /** Pseudonyms: `vigie pseudonymise`, where the key is. */
  patients: z.array(hex128).min(1).max(samplePatientsMax),
});

/** Which accounts took a sample: 200 whoever is named, 403, 422 that quotes nothing of it. */
export async function askLeak(store: LeakStore, user: User, body: unknown, now: number): Promise<Answer> {
  if (!user.roles.includes('dpo'))
    return refused(403, 'not_allowed', 'only a data-protection officer compares a sample with what everybody opened');
  if (user.clinics !== undefined)
    return refused(403, 'not_allowed', 'a sample is compared with the accesses of all clinics, and you see some');
  const read = leakBody.safeParse(body);
  if (!read.success) {
    const [issue] = read.error.issues;
    const field = issue?.code === 'unrecognized_keys' ? issue.keys.join(', ').slice(0, 100) : (issue?.path.join('.') ?? '');
    return refused(
      422,
      'unfit_leak',
      `the field ${field} is missing, unknown, or holds what it does not take; patients are pseudonyms of 32 hexadecimal digits`,
      { field },
    );
  }
  const { group_id: groupId, from, to, title, patients } = read.data;
  if (from >= to) return refused(422, 'unfit_leak', 'the period ends before it begins', { field: 'to' });
  const found = await attributeLeak(store, {
    groupId,
    fromMs: Date.parse(from),
    toMs: Date.parse(to),
    title,
    patients,
    by: user.id,
    atMs: now,
  });
  return ok({ ...attributionBody(found), caveat }, { case_id: '', rows: found.findings.length });
}
