import { z } from 'zod';
import { ok, refused } from '../../answer/answer.js';
import type { Sources } from '../sources.js';
import { argumentsOf, type AssistantTool, defineTool, idPrefix, investigators, untrusted } from '../tool.js';

export function attributeLeakTool({ reader }: Pick<Sources, 'reader'>): AssistantTool {
  return defineTool({
    name: 'attribute_leak',
    title: 'Whose leak a sample is',
    description:
      'What is known of a sample of patients that a person has already compared: which accounts it points to, how strongly, and how often random samples would have named somebody.',
    roles: investigators,
    input: argumentsOf({ leak_id: idPrefix.describe('id of a sample that a person has compared, or its first digits') }),
    output: z.strictObject({
      leak_id: z.string(),
      verdict: z.enum(['named', 'nobody', 'too_small', 'unopened']),
      period_from: z.string(),
      period_to: z.string(),
      given: z.number(),
      known: z.number(),
      touched: z.number(),
      accounts: z.number(),
      patients: z.number(),
      unexplained: z.number(),
      control_samples: z.number(),
      control_named: z.number(),
      asked_at: z.string(),
      findings: z.array(
        z.strictObject({
          rank: z.number(),
          kind: z.enum(['period', 'day', 'incident', 'export']),
          first_time: z.string(),
          last_time: z.string(),
          matched: z.number(),
          size: z.number(),
          share: z.number(),
          ln_bayes: z.number(),
          support: z.string(),
          /** Other accounts that fit as well. */
          alike: z.number(),
          untrusted: untrusted({ actor_id: z.string().optional() }),
        }),
      ),
    }),
    run: async ({ assistant, voice }, { leak_id }) => {
      if (assistant.user.clinics !== undefined)
        return refused(403, 'not_allowed', 'a sample is compared with the accesses of all clinics, and this token sees some');
      const [leak, ...others] = await reader.leaks(assistant.groupId, leak_id);
      if (!leak)
        return refused(
          404,
          'unknown_leak',
          'no sample of this group has an id that begins so: a person compares it first, with vigie attribute or POST /v1/leaks',
        );
      if (others.length > 0) return refused(409, 'ambiguous', 'several samples have ids that begin so: give more digits');
      const findings = (await reader.findings(assistant.groupId, leak.leak_id)).map(({ actor_id, support, ...one }) => {
        const name = voice.account(actor_id, assistant.groupId);
        return {
          ...one,
          support: /^[a-z_]{1,30}$/.test(support) ? support : 'unknown',
          untrusted: name === undefined ? {} : { actor_id: name },
        };
      });
      return { ...ok({ ...leak, findings }, { case_id: '', rows: findings.length }), ids: [leak.leak_id] };
    },
  });
}
