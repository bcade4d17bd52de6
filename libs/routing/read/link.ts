import type { Receiver } from '#libs/channels/receivers/schema.js';
import type { Calendar } from '../calendar.js';
import type { Policy, Route, Routing } from '../routing.js';
import { type RoutingDocument, weekdaysOf } from './schema.js';

type Person = RoutingDocument['people'][number];

/** The receiver that a person's own address is: `person-a-durand`. */
export function personReceiverName(id: string): string {
  const plain = id
    .normalize('NFKD')
    .toLowerCase()
    .replaceAll(/\p{M}/gu, '')
    .replaceAll(/[^a-z0-9]+/g, '-');
  return `person-${plain}`.slice(0, 40);
}

/** What such a receiver says in a file; nothing for a person without an address. */
export function personReceiver({ id, email, locale }: Person): object | undefined {
  return email === undefined
    ? undefined
    : { name: personReceiverName(id), type: 'email', to: [email], ...(locale && { locale }) };
}

/** The file with its names followed. It has no mistakes any more. */
export function routingOf(given: RoutingDocument, receivers: readonly Receiver[]): Routing {
  const calendars = new Map(Object.entries(given.calendars).map(([name, calendar]) => [name, calendarOf(calendar)]));
  const within = ({
    calendar,
    when,
  }: {
    readonly calendar?: string | undefined;
    readonly when?: 'open' | 'closed' | undefined;
  }) => {
    const found = calendars.get(calendar ?? '');
    return found && when ? { calendar: found, when } : undefined;
  };
  const schedules = Object.entries(given.schedules).map(([name, { timezone, rota, overrides }]) => {
    const rotas = rota.map((one) => ({ periodMs: one.period, start: one.start, people: one.people, within: within(one) }));
    return [name, { timezone, rotas, overrides }] as const;
  });
  const routes = given.routes.map(({ match, policy, continue: goesOn, hold }): Route => {
    const { level_min: levelMin, group_id: groups, clinic_id: clinics, controller_id: controllers, rule_id: rules } = match;
    return { match: { levelMin, groups, clinics, controllers, rules, within: within(match) }, policy, goesOn, hold };
  });
  const { deadlines, digest } = given;
  return {
    receivers: new Map(receivers.map((one) => [one.name, one])),
    people: new Map(given.people.map((person) => [person.id, receiversOf(person)])),
    schedules: new Map(schedules),
    policies: new Map(Object.entries(given.policies).map(([name, policy]) => [name, policyOf(name, policy)])),
    routes,
    deadlines: deadlines && { tell: deadlines.tell, beforeMs: deadlines.before, afterMs: deadlines.after },
    digest: digest && { minute: digest.at, timezone: digest.timezone, tell: digest.tell },
  };
}

function receiversOf({ id, email, tell }: Person): readonly string[] {
  return [...(email === undefined ? [] : [personReceiverName(id)]), ...tell];
}

function policyOf(name: string, { repeat, pause, steps }: RoutingDocument['policies'][string]): Policy {
  return { name, repeat, pauseMs: pause, steps: steps.map(({ after, tell }) => ({ afterMs: after, tell })) };
}

function calendarOf({ timezone, holidays, closed, open }: RoutingDocument['calendars'][string]): Calendar {
  const byDay = new Map<number, { readonly from: number; readonly until: number }[]>();
  for (const [days, hours] of Object.entries(open))
    for (const day of weekdaysOf(days)) byDay.set(day, [...(byDay.get(day) ?? []), ...hours]);
  return { timezone, holidays, closed, open: byDay };
}
