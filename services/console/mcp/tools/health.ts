import { z } from 'zod';
import { feedGaps } from '#libs/contracts/vocabulary.js';
import { isoOf } from '#libs/runtime/clock.js';
import { ok } from '../../answer/answer.js';
import type { Sources } from '../sources.js';
import { argumentsOf, type AssistantTool, defineTool, everybody } from '../tool.js';
import { ownNameText } from '../untrusted.js';

const dayMs = 86_400_000;
const rowsMax = 200;

export function feedHealthTool({ health }: Pick<Sources, 'health'>): AssistantTool {
  return defineTool({
    name: 'feed_health',
    title: 'Feeds',
    description:
      'Whether Vigie sees everything: each feed beside its own habit, silent ones first, with delay, shares without patient, fields that nearly none of its accesses has (lacks), and what was set aside by reason.',
    roles: everybody,
    input: argumentsOf({}),
    output: z.strictObject({
      as_of: z.string(),
      feeds: z.array(
        z.strictObject({
          source: z.string(),
          state: z.enum(['silent', 'thin', 'ok']),
          last_time: z.string().nullable(),
          last_received: z.string().nullable(),
          events_hour: z.number(),
          events_day: z.number(),
          habit_hour: z.number(),
          without_patient: z.number(),
          without_human: z.number(),
          dated_ahead: z.number(),
          delay_seconds: z.number(),
          lacks: z.array(z.enum(feedGaps)),
          set_aside: z.record(z.string(), z.number()),
        }),
      ),
    }),
    run: async ({ assistant, now }) => {
      const states = ['silent', 'thin', 'ok'];
      const all = (await health(now, assistant.groupId)).toSorted((a, b) => states.indexOf(a.state) - states.indexOf(b.state));
      const feeds = all
        .slice(0, rowsMax)
        .map(({ group_id: _group, source, last_time, last_received, set_aside, lacks, ...one }) => ({
          source: ownNameText(source),
          ...one,
          lacks: [...lacks],
          last_time: last_time ?? null,
          last_received: last_received ?? null,
          set_aside: Object.fromEntries(Object.entries(set_aside).map(([reason, records]) => [ownNameText(reason), records])),
        }));
      return ok({ as_of: isoOf(now), feeds }, { case_id: '', rows: feeds.length });
    },
  });
}

export function booksTool({ reader }: Pick<Sources, 'reader'>): AssistantTool {
  return defineTool({
    name: 'books',
    title: 'Accounting',
    description:
      'What each source brought on each day: events and rows stored, and records set aside. Compare it with what the source says that it sent.',
    roles: everybody,
    input: argumentsOf({ days: z.int().min(1).max(90).default(7) }),
    output: z.strictObject({
      days: z.array(
        z.strictObject({ source: z.string(), day: z.string(), events: z.number(), rows: z.number(), quarantined: z.number() }),
      ),
      more: z.number(),
    }),
    run: async ({ assistant, now }, { days }) => {
      const found = await reader.accounting(assistant.groupId, now - days * dayMs);
      const shown = found.slice(0, rowsMax).map(({ source, ...one }) => ({ source: ownNameText(source), ...one }));
      return ok({ days: shown, more: found.length - shown.length }, { case_id: '', rows: shown.length });
    },
  });
}
