// environment/: the names of all variables, and what of an environment is probably not meant as it stands.
// Nothing here is refused: other programs may have variables whose names look like ours.

import { otherVariables, serviceVariables } from './variable-names.js';

const known: ReadonlySet<string> = new Set([...serviceVariables, ...otherVariables].flatMap((name) => [name, `${name}_FILE`]));

/** What Kubernetes tells each container of the services beside it, and what belongs to tests and measurements. */
const ofOthers = /_SERVICE_(HOST|PORT)(_|$)|_PORT_\d+_(TCP|UDP)(_|$)|^VIGIE_(TEST|BENCH)_/;
const address = /^(tcp|udp):\/\//;
/** Changes of letters by which a name is still taken for another. */
const changesMax = 2;

/**
 * What of the variables of Vigie is in doubt, a sentence each: a name that nothing reads, with the one that was probably meant; a name in other letter case; a value with quotes or blanks around
 * it, which are part of it. Values are never quoted. Of other names, such as `KAFKA_OPTS`, only those that are nearly one of ours.
 */
export function doubtfulVariables(env: Readonly<Record<string, string | undefined>>): readonly string[] {
  const ofOurs = Object.entries(env)
    .filter(([name, value]) => value !== undefined && value !== '' && /^(vigie|kafka|clickhouse)_/i.test(name))
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([name, value = '']) => (known.has(name) ? ofValue(name, value) : ofName(name, value)));
  return [...ofOurs, ...ofProxies(env)];
}

/** Node reads the variables of a proxy only where it is told to: who set them alone would wait for messages that never leave. */
function ofProxies(env: Readonly<Record<string, string | undefined>>): readonly string[] {
  const isRead = env['NODE_USE_ENV_PROXY'] === '1' || (env['NODE_OPTIONS'] ?? '').includes('--use-env-proxy');
  const set = ['HTTPS_PROXY', 'https_proxy', 'HTTP_PROXY', 'http_proxy'].find((name) => env[name]);
  if (isRead || set === undefined) return [];
  return [
    `${set} is not used for receivers and identity providers: set NODE_USE_ENV_PROXY=1, and in NO_PROXY those that are inside`,
  ];
}

function ofValue(name: string, value: string): readonly string[] {
  if (/^(["']).*\1$/s.test(value)) return [`the value of ${name} stands in quotes, which are part of it: leave them out`];
  return value.trim() === value || name.endsWith('_KEY') || name.endsWith('_KEYS') || value.includes('\n')
    ? []
    : [`the value of ${name} has blanks, or the end of a line of Windows, around it, which are part of it: leave them out`];
}

function ofName(name: string, value: string): readonly string[] {
  if (ofOthers.test(name) || address.test(value)) return [];
  const upper = name.toUpperCase();
  if (known.has(upper)) return [`${name} is read by nothing: write it in capitals, ${upper}`];
  const meant = nearest(upper);
  if (meant !== undefined) return [`${name} is read by nothing: is ${meant} meant?`];
  return upper.startsWith('VIGIE_') ? [`${name} is read by nothing: docs/operations.md has all variables`] : [];
}

function nearest(name: string): string | undefined {
  const [first] = [...known]
    .map((one) => ({ one, changes: changesBetween(name, one) }))
    .filter(({ changes }) => changes <= changesMax)
    .toSorted((a, b) => a.changes - b.changes);
  return first?.one;
}

/** Letters put in, left out or replaced that make one text of the other. Source: V. Levenshtein, 1966; by rows of R. Wagner and M. Fischer, 1974. */
function changesBetween(a: string, b: string): number {
  let above = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (const [row, letter] of Array.from(a).entries()) {
    const here = [row + 1];
    for (let column = 1; column <= b.length; column += 1) {
      const replaced = (above[column - 1] ?? 0) + Number(letter !== b[column - 1]);
      here.push(Math.min(replaced, (above[column] ?? 0) + 1, (here[column - 1] ?? 0) + 1));
    }
    above = here;
  }
  return above[b.length] ?? 0;
}
