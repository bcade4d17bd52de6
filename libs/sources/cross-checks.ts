import type { SourceEntry, SourcesDocument } from './schema.js';
import type { PlacedMistake } from './yaml-lines.js';

/** What is wrong between the entries of a file that are right by themselves. */
export function crossMistakes({ sources, listeners }: SourcesDocument): readonly PlacedMistake[] {
  return [
    ...twice(sources, 'name', ({ name, group }) => `${name}@${group}`, 'sources'),
    ...twice(sources, 'topic', ({ topic }) => topic, 'sources'),
    ...twice(sources, 'folder', ({ folder }) => folder, 'sources'),
    ...twice(listeners, 'name', ({ name }) => name, 'listeners'),
    ...twice(
      listeners,
      'port',
      ({ transport, host, port }) => `${transport === 'udp' ? 'udp' : 'tcp'} ${host}:${port}`,
      'listeners',
    ),
    ...sources.flatMap((source, index) => doorMistakes(source, ['sources', index], listeners)),
    ...crowdedListeners(sources, listeners),
    ...sources.flatMap(({ format = '', columns, values }, index) =>
      fixedPlaces.has(format) && (columns ?? values)
        ? [{ path: ['sources', index, columns ? 'columns' : 'values'], reason: placesAreFixed(format) }]
        : [],
    ),
  ];
}

/** Formats that say themselves where everything stands. */
const fixedPlaces: ReadonlySet<string> = new Set(['fhir', 'atna', 'vigie']);

function placesAreFixed(format: string): string {
  return `the format ${format} has a place of its own for each field; leave this out, or name the format detect for records that have columns`;
}

function twice<T>(
  list: readonly T[],
  field: string,
  keyOf: (one: T) => string | undefined,
  at: string,
): readonly PlacedMistake[] {
  const first = new Map<string, number>();
  return list.flatMap((one, index) => {
    const key = keyOf(one);
    const before = key === undefined ? undefined : first.get(key);
    if (key !== undefined && before === undefined) first.set(key, index);
    return before === undefined ? [] : [{ path: [at, index, field], reason: `${key} stands in entry ${before + 1} already` }];
  });
}

function doorMistakes(
  source: SourceEntry,
  path: readonly PropertyKey[],
  listeners: SourcesDocument['listeners'],
): readonly PlacedMistake[] {
  const { token_file, token_env, token_sha256, certificate, listener = [], topic, folder, senders } = source;
  const mistakes: PlacedMistake[] = [];
  if (!(token_file ?? token_env ?? token_sha256 ?? certificate ?? topic ?? folder) && !listener.length)
    mistakes.push({
      path,
      reason: 'has no way in; give it token_file, token_env, token_sha256, certificate, listener, topic or folder',
    });
  for (const name of listener) {
    const found = listeners.find((one) => one.name === name);
    if (!found) mistakes.push({ path: [...path, 'listener'], reason: `${name} is no listener of this file` });
    else if (found.transport === 'tls')
      mistakes.push({
        path: [...path, 'listener'],
        reason: `${name} tells its senders apart by certificate; name that under certificate`,
      });
  }
  if (certificate && !listeners.some(({ transport }) => transport === 'tls'))
    mistakes.push({
      path: [...path, 'certificate'],
      reason: 'no listener with the transport tls would ask for it; add one under listeners',
    });
  if (senders && !listener.length)
    mistakes.push({ path: [...path, 'senders'], reason: 'senders tell sources of one listener apart; name the listener' });
  return mistakes;
}

/** Of the sources of one listener at most one may send from anywhere: nothing else would tell them apart. */
function crowdedListeners(
  sources: SourcesDocument['sources'],
  listeners: SourcesDocument['listeners'],
): readonly PlacedMistake[] {
  return listeners.flatMap(({ name }) => {
    const open = sources.flatMap((source, index) => (source.listener?.includes(name) && !source.senders ? [index] : []));
    const reason = `more than one source sends to ${name} from anywhere; say under senders from which addresses each does`;
    return open.slice(1).map((index) => ({ path: ['sources', index, 'listener'], reason }));
  });
}
