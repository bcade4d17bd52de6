// read/: a file of routing as its schema has it, with every mistake in its place, and its names followed.
// read-routing.ts is the door.

import type { Receiver } from '#libs/channels/receivers/schema.js';
import type { PlacedMistake } from '#libs/sources/yaml-lines.js';
import { takes } from '#libs/channels/receivers/open-channel.js';
import { personReceiverName } from './link.js';
import type { Target } from '../routing.js';
import type { RoutingDocument } from './schema.js';

/** Names that lead nowhere, names that are there twice, and cases that no route would take. */
export function crossMistakes(given: RoutingDocument, receivers: readonly Receiver[]): readonly PlacedMistake[] {
  const targets = targetsOf(given);
  return [
    ...twice(
      receivers.map(({ name }) => name),
      'receivers',
      'name',
    ),
    ...twice(
      given.people.map(({ id }) => id),
      'people',
      'id',
    ),
    ...twice(
      [...receivers.map(({ name }) => name), ...given.people.map(({ id }) => personReceiverName(id))],
      'receivers',
      'name',
    ),
    ...given.people.flatMap(({ tell }, index) =>
      tell.filter((name) => !has(receivers, name)).map((name) => nowhere(['people', index, 'tell'], `receiver ${name}`)),
    ),
    ...targets.flatMap(({ path, target }) => (leads(target, given, receivers) ? [] : [nowhere(path, wordsOf(target))])),
    ...calendarMistakes(given),
    ...rotaMistakes(given),
    ...routeMistakes(given),
    ...digestMistakes(given, receivers),
  ];
}

interface PlacedTarget {
  readonly path: readonly PropertyKey[];
  readonly target: Target;
}

function targetsOf(given: RoutingDocument): readonly PlacedTarget[] {
  const steps = Object.entries(given.policies).flatMap(([name, policy]) =>
    policy.steps.flatMap(({ tell }, index) => at(['policies', name, 'steps', index], tell)),
  );
  return [...steps, ...at(['deadlines'], given.deadlines?.tell), ...at(['digest'], given.digest?.tell)];
}

function at(path: readonly PropertyKey[], tell: readonly Target[] = []): readonly PlacedTarget[] {
  return tell.map((target, index) => ({ path: [...path, 'tell', index], target }));
}

function leads(target: Target, given: RoutingDocument, receivers: readonly Receiver[]): boolean {
  switch (target.kind) {
    case 'receiver':
      return has(receivers, target.name);
    case 'person':
      return given.people.some(({ id }) => id === target.id);
    default:
      return Object.hasOwn(given.schedules, target.schedule);
  }
}

function wordsOf(target: Target): string {
  switch (target.kind) {
    case 'receiver':
      return `receiver ${target.name}`;
    case 'person':
      return `person ${target.id}`;
    default:
      return `schedule ${target.schedule}`;
  }
}

function nowhere(path: readonly PropertyKey[], what: string): PlacedMistake {
  return { path, reason: `there is no ${what} in this file` };
}

function has(receivers: readonly Receiver[], name: string): boolean {
  return receivers.some((one) => one.name === name);
}

function twice(names: readonly string[], list: string, field: string): readonly PlacedMistake[] {
  return names.flatMap((name, index) =>
    names.indexOf(name) < index ? [{ path: [list, index, field], reason: `${name} is there twice` }] : [],
  );
}

function calendarMistakes({ calendars, schedules, routes }: RoutingDocument): readonly PlacedMistake[] {
  const used = [
    ...routes.map(({ match }, index) => ({ path: ['routes', index, 'match', 'calendar'], calendar: match.calendar })),
    ...Object.entries(schedules).flatMap(([name, { rota }]) => rota.map(({ calendar }, index) => ({ path: ['schedules', name, 'rota', index, 'calendar'], calendar }))),
  ]; // prettier-ignore
  return used.flatMap(({ path, calendar }) =>
    calendar === undefined || Object.hasOwn(calendars, calendar) ? [] : [nowhere(path, `calendar ${calendar}`)],
  );
}

function rotaMistakes({ schedules, people }: RoutingDocument): readonly PlacedMistake[] {
  const known = new Set(people.map(({ id }) => id));
  return Object.entries(schedules).flatMap(([name, { rota, overrides }]) => [
    ...rota.flatMap((one, index) =>
      one.people.flatMap((id, place) =>
        known.has(id) ? [] : [nowhere(['schedules', name, 'rota', index, 'people', place], `person ${id}`)],
      ),
    ),
    ...overrides.flatMap(({ person }, index) =>
      known.has(person) ? [] : [nowhere(['schedules', name, 'overrides', index, 'person'], `person ${person}`)],
    ),
  ]);
}

/** The last route takes every case, or one could come that nobody is told of. */
function routeMistakes({ routes, policies }: RoutingDocument): readonly PlacedMistake[] {
  const last = routes.length - 1;
  const { match, policy } = routes[last] ?? {};
  const all = match && Object.values({ ...match, level_min: [] }).every((value) => value === undefined || value.length === 0);
  return [
    ...routes.flatMap(({ policy: name }, index) =>
      name === undefined || Object.hasOwn(policies, name) ? [] : [nowhere(['routes', index, 'policy'], `policy ${name}`)],
    ),
    ...(all && match.level_min === 'informational' && policy !== undefined
      ? []
      : [
          {
            path: ['routes', last],
            reason:
              'the last route must match everything (match: {}) and name a policy, or nobody would be told of what the others leave',
          },
        ]),
  ];
}

/** Whoever is to have the digest must be reached by something that takes lists: of an on-call target each who may ever be that. */
function digestMistakes(given: RoutingDocument, receivers: readonly Receiver[]): readonly PlacedMistake[] {
  const typeOf = (name: string) => receivers.find((one) => one.name === name)?.type;
  return (given.digest?.tell ?? []).flatMap((target, index) =>
    whoIs(target, given).flatMap(({ who, names }) => {
      const types = names.flatMap((name) => typeOf(name) ?? []);
      if (types.length < names.length || types.some((type) => takes(type, 'digest'))) return [];
      return [
        { path: ['digest', 'tell', index], reason: `${who} of type ${[...new Set(types)].join(', ')} takes no list of cases` },
      ];
    }),
  );
}

/** Each who a target may be, and the receivers that reach them; of those that are written to nothing need be asked, since mail takes everything. */
function whoIs(
  target: Target,
  { people, schedules }: RoutingDocument,
): readonly { readonly who: string; readonly names: readonly string[] }[] {
  if (target.kind === 'receiver') return [{ who: 'a receiver', names: [target.name] }];
  const { rota = [], overrides = [] } = (target.kind === 'on-call' && schedules[target.schedule]) || {};
  const ids =
    target.kind === 'person' ? [target.id] : [...rota.flatMap((one) => one.people), ...overrides.map(({ person }) => person)];
  return people
    .filter(({ id, email }) => ids.includes(id) && email === undefined)
    .map(({ id, tell }) => ({ who: `what reaches ${id}`, names: tell }));
}
