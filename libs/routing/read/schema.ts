import { IANAZone } from 'luxon';
import { z } from 'zod';
import { mailAddress } from '#libs/channels/receivers/schema.js';
import { levels } from '#libs/contracts/incident.js';
import { locales } from '#libs/texts/texts.js';
import { duration } from './duration.js';
import { holidaySets } from '../holidays.js';

/** Things of one kind in a file, and entries of one list. */
const entriesMax = 200;
const listMax = 50;

const name = z.string().regex(/^[a-z0-9-]{1,40}$/, 'must be 1 to 40 of a-z, 0-9 and -');
const person = z.string().regex(/^[\p{L}\p{N}._@-]{1,100}$/u, 'must be 1 to 100 letters, digits, ., _, @ and -');
const text = z.string().min(1).max(200);
const zone = z.string().refine((given) => IANAZone.isValidZone(given), 'is no time zone of the IANA list, such as Europe/Paris');
const flag = z.enum(['true', 'false']).transform((word) => word === 'true');
const date = z.iso.date('must be a day, such as 2026-12-24');
const localTime = z
  .string()
  .regex(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}$/, 'must be a local time without a zone, such as 2026-11-02T08:00')
  .refine((given) => !Number.isNaN(Date.parse(`${given}Z`)), 'is no day and time');

/** One value, or a list of them. */
const listOf = <T extends z.ZodType>(one: T) =>
  z.preprocess((given) => (given === undefined || Array.isArray(given) ? given : [given]), z.array(one).min(1).max(listMax));

const clockTime = z.string().transform((given, context) => {
  const [, hours, minutes] = /^(\d{2}):(\d{2})$/.exec(given) ?? [];
  const minute = Number(hours) * 60 + Number(minutes);
  if (minute <= 24 * 60 && Number(minutes) < 60) return minute;
  context.addIssue('must be a time of the day, such as "08:30"');
  return z.NEVER;
});

const hours = z.string().transform((given, context) => {
  const [from, until] = given.split('-').map((part) => clockTime.safeParse(part).data);
  if (from !== undefined && until !== undefined && from < until) return { from, until };
  context.addIssue(
    'must be hours of one day, such as "08:00-19:00"; what goes beyond midnight is two days, "22:00-24:00" and "00:00-06:00"',
  );
  return z.NEVER;
});

const weekdays = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'];

/** `sat`, `mon-fri` as ISO weekdays. */
const days = z.string().refine((given) => weekdaysOf(given).length > 0, 'must be a day or days, such as sat or mon-fri');

export function weekdaysOf(given: string): readonly number[] {
  const [first = '', last = first] = given.split('-');
  const [from, to] = [weekdays.indexOf(first), weekdays.indexOf(last)];
  return from < 0 || to < from ? [] : weekdays.slice(from, to + 1).map((_day, index) => from + index + 1);
}

const target = z.string().transform((given, context) => {
  const [, kind, id = ''] = /^(?:(on-call|person):)?(.{1,100})$/.exec(given) ?? [];
  if (kind === 'on-call') return { kind: 'on-call' as const, schedule: id };
  if (kind === 'person') return { kind: 'person' as const, id };
  if (name.safeParse(given).success) return { kind: 'receiver' as const, name: given };
  context.addIssue('must be the name of a receiver, on-call:SCHEDULE or person:ID');
  return z.NEVER;
});
const tell = z.array(target).min(1).max(listMax);

const when = z.enum(['open', 'closed']);
const withinShape = { calendar: name.optional(), when: when.optional() };
const isWhole = ({ calendar, when: given }: { readonly calendar?: unknown; readonly when?: unknown }) =>
  (calendar === undefined) === (given === undefined);
const wholeOrNone = { path: ['calendar'], error: 'belongs to when (open or closed): give both or neither' };

const rota = z
  .strictObject({ period: duration, start: localTime, people: z.array(person).min(1).max(listMax), ...withinShape })
  .refine(isWhole, wholeOrNone);

const policy = z
  .strictObject({
    repeat: z.coerce.number('must be a whole number').int().min(0).max(20).default(0),
    /** From the last step of a round to the next round. */
    pause: duration.default(15 * 60_000),
    steps: z
      .array(z.strictObject({ after: duration, tell }))
      .min(1)
      .max(20),
  })
  .refine(({ steps }) => steps.every((step, index) => step.after >= (steps[index - 1]?.after ?? 0)), {
    path: ['steps'],
    error: 'must be in the order of their times (after)',
  });

const match = z
  .strictObject({
    level_min: z.enum(levels).default('informational'),
    group_id: listOf(text).default([]),
    clinic_id: listOf(text).default([]),
    controller_id: listOf(text).default([]),
    rule_id: listOf(text).default([]),
    ...withinShape,
  })
  .refine(isWhole, wholeOrNone);

const route = z
  .strictObject({ match, policy: name.optional(), continue: flag.default(false), hold: flag.default(false) })
  .refine(({ policy: given, hold }) => (given === undefined) === hold, {
    path: ['policy'],
    error: 'or hold: true, one of them, must be given',
  })
  .refine(({ hold, match: { when: one } }) => !hold || one === 'closed', {
    path: ['hold'],
    error: 'needs a calendar with when: closed in its match; it waits until that opens',
  });

/** A file of routing but for its receivers and their defaults, which libs/channels reads. */
export const routingSchema = z.strictObject({
  defaults: z.unknown().optional(),
  receivers: z.array(z.unknown()).min(1).max(entriesMax),
  people: z
    .array(
      z
        .strictObject({
          id: person,
          email: mailAddress.optional(),
          locale: z.enum(locales).optional(),
          tell: listOf(name).default([]),
        })
        .refine(({ email, tell: names }) => email !== undefined || names.length > 0, {
          path: ['email'],
          error: 'or tell (names of receivers) must be given: there is no way to reach them',
        }),
    )
    .max(entriesMax)
    .default([]),
  calendars: z
    .record(
      name,
      z.strictObject({
        timezone: zone.default('Europe/Paris'),
        holidays: z.enum(holidaySets).optional(),
        closed: listOf(date).default([]),
        open: z.record(days, listOf(hours)).refine((open) => Object.keys(open).length > 0, 'is never'),
      }),
    )
    .default({}),
  schedules: z
    .record(
      name,
      z.strictObject({
        timezone: zone.default('Europe/Paris'),
        rota: listOf(rota),
        overrides: z
          .array(
            z
              .strictObject({ from: localTime, until: localTime, person })
              .refine(({ from, until }) => from < until, { path: ['until'], error: 'must be after from' }),
          )
          .max(entriesMax)
          .default([]),
      }),
    )
    .default({}),
  policies: z.record(name, policy).refine((policies) => Object.keys(policies).length > 0, 'has none'),
  routes: z.array(route).min(1).max(entriesMax),
  deadlines: z
    .strictObject({ tell, before: z.array(duration).max(listMax).default([]), after: z.array(duration).max(listMax).default([]) })
    .optional(),
  digest: z.strictObject({ at: clockTime, timezone: zone.default('Europe/Paris'), tell }).optional(),
});
export type RoutingDocument = z.infer<typeof routingSchema>;
