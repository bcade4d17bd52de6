// mcp/tools/: one file a question, each with the schema of what it may say.
// What a schema does not name does not go out.

import { z } from 'zod';
import type { AccountDay } from '#libs/access-store/assistant/shapes.js';
import type { AccountQuery } from '#libs/access-store/assistant/assistant-reader.js';
import { type Answer, ok, refused } from '../../answer/answer.js';
import { isAnswer } from '../../answer/find-case.js';
import type { Sources } from '../sources.js';
import { argumentsOf, type Asking, type AssistantTool, defineTool, idPrefix, investigators, untrusted } from '../tool.js';
import { clinicIdText } from '../untrusted.js';
import { caseFor, isOfGroup } from './case-part.js';

const dayMs = 86_400_000;
const daysMax = 90;
const clinicsMax = 20;

/** An account by its name, or as that of a case: whoever is told no names has no other way. */
const whose = {
  group_id: z.string().min(1).max(200).optional().describe("group of the account; the token's own where left out"),
  actor_id: z.string().min(1).max(200).optional().describe('account, as the events name it'),
  case_id: idPrefix.optional().describe('instead of actor_id: the account of this case'),
  days: z.int().min(1).max(daysMax).default(daysMax),
};
const input = argumentsOf(whose);

const quantiles = z.strictObject({ median: z.number(), p90: z.number(), max: z.number() });
const named = { untrusted: untrusted({ actor_id: z.string().optional() }) };

export function accountProfileTool(sources: Pick<Sources, 'sight' | 'reader'>): AssistantTool {
  return defineTool({
    name: 'account_profile',
    title: 'What is normal for an account',
    description:
      'What is normal for an account: patients, events and clinics a day as quantiles, its last day beside them, usual clinics and hours (Paris), its other cases.',
    roles: investigators,
    input,
    output: z.strictObject({
      days_active: z.number(),
      patients_a_day: quantiles.nullable(),
      events_a_day: quantiles.nullable(),
      clinics_a_day: quantiles.nullable(),
      last_day: z.strictObject({ day: z.string(), events: z.number(), patients: z.number(), clinics: z.number() }).nullable(),
      clinics: z.array(z.strictObject({ clinic_id: z.string(), events: z.number() })),
      hours: z.record(z.string(), z.number()),
      cases: z.array(z.string()),
      ...named,
    }),
    run: async (asking, given) => {
      const account = accountOf(sources, asking, given);
      if (isAnswer(account)) return account;
      const query = queryOf(asking, account, given.days);
      const [days, habits] = await Promise.all([sources.reader.days(query), sources.reader.habits(query)]);
      const of = (kind: 'clinic' | 'hour') => habits.filter((one) => one.kind === kind);
      return ok(
        {
          days_active: days.length,
          patients_a_day: quantilesOf(days, 'patients'),
          events_a_day: quantilesOf(days, 'events'),
          clinics_a_day: quantilesOf(days, 'clinics'),
          last_day: days.at(-1) ?? null,
          clinics: of('clinic')
            .slice(0, clinicsMax)
            .map(({ value, events }) => ({ clinic_id: clinicIdText(value), events })),
          hours: Object.fromEntries(of('hour').map(({ value, events }) => [value, events])),
          cases: casesOf(sources, asking, account),
          untrusted: nameOf(asking, account),
        },
        { case_id: '', rows: 1 },
      );
    },
  });
}

export function compareToPeersTool(sources: Pick<Sources, 'sight' | 'reader'>): AssistantTool {
  const place = z.strictObject({ own: z.number(), rank: z.number(), median: z.number(), p90: z.number(), p99: z.number() });
  return defineTool({
    name: 'compare_to_peers',
    title: 'An account beside its peers',
    description:
      'An account beside all accounts of its role: patients in the period and on the fullest day, with quantiles of the role and its rank (1 is most).',
    roles: investigators,
    input,
    output: z.strictObject({
      accounts: z.number(),
      patients: place,
      patients_on_fullest_day: place,
      untrusted: untrusted({ actor_id: z.string().optional(), role: z.string() }),
    }),
    run: async (asking, given) => {
      const account = accountOf(sources, asking, given);
      if (isAnswer(account)) return account;
      const peers = await sources.reader.peers(queryOf(asking, account, given.days));
      if (!peers)
        return refused(
          404,
          'no_peers',
          'nothing is stored of this account in the period, or its events name no role: give more days',
        );
      const [role = ''] = asking.voice.texts([peers.role]);
      return ok(
        {
          accounts: peers.accounts,
          patients: placeOf(peers.patients, peers.patients_rank, peers.patients_quantiles),
          patients_on_fullest_day: placeOf(peers.fullest, peers.fullest_rank, peers.fullest_quantiles),
          untrusted: { ...nameOf(asking, account), role },
        },
        { case_id: '', rows: 1 },
      );
    },
  });
}

function placeOf(own: number, rank: number, [median, p90, p99]: readonly [number, number, number]): object {
  return { own, rank, median, p90, p99 };
}

interface Account {
  readonly groupId: string;
  readonly actorId: string;
}

function accountOf({ sight }: Pick<Sources, 'sight'>, asking: Asking, given: z.infer<typeof input>): Account | Answer {
  const { assistant } = asking;
  if ((given.actor_id === undefined) === (given.case_id === undefined))
    return refused(422, 'unfit_arguments', 'give either actor_id or case_id');
  if (given.group_id !== undefined && given.group_id !== assistant.groupId)
    return refused(403, 'not_allowed', 'this token is of another group');
  if (given.actor_id !== undefined) return { groupId: assistant.groupId, actorId: given.actor_id };
  const seen = caseFor(sight, asking, given.case_id ?? '');
  return isAnswer(seen) ? seen : { groupId: seen.row.group_id, actorId: seen.row.actor_id };
}

/** The last days up to now, of the clinics that the assistant sees. */
function queryOf({ assistant, now }: Asking, account: Account, days: number): AccountQuery {
  return { ...account, fromMs: now - days * dayMs, toMs: now, clinics: assistant.user.clinics };
}

function nameOf({ voice }: Asking, { actorId, groupId }: Account): { readonly actor_id?: string } {
  const name = voice.account(actorId, groupId);
  return name === undefined ? {} : { actor_id: name };
}

function casesOf({ sight }: Pick<Sources, 'sight'>, { assistant, now }: Asking, { actorId }: Account): readonly string[] {
  const { user } = assistant;
  const own = sight
    .rows(user, now)
    .filter((row) => isOfGroup(assistant, row) && sight.accountsOf(row, user, now).includes(actorId));
  return own.slice(0, clinicsMax).map(({ case_id }) => case_id);
}

/** By the nearest rank; null without a day. */
function quantilesOf(days: readonly AccountDay[], of: 'patients' | 'events' | 'clinics'): z.infer<typeof quantiles> | null {
  const sorted = days.map((day) => day[of]).toSorted((a, b) => a - b);
  const at = (share: number) => sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0;
  return sorted.length === 0 ? null : { median: at(0.5), p90: at(0.9), max: at(1) };
}
