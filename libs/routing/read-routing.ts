import { parse } from 'yaml';
import type { z } from 'zod';
import { type Receiver, receiverDefaults, receiverSchema, type ReadingTools } from '#libs/channels/receivers/schema.js';
import { ConfigError } from '#libs/runtime/config.js';
import { type PlacedMistake, readLinedYaml } from '#libs/sources/yaml-lines.js';
import { crossMistakes } from './read/cross-checks.js';
import { personReceiver, routingOf } from './read/link.js';
import type { Routing } from './routing.js';
import { routingSchema } from './read/schema.js';

/**
 * Reads the text of a file of routing, and the files with secrets that it names by the given tools. `path` is only for mistakes. Throws
 * `ConfigError`: a headline, and every mistake in a line of its own, as `file:line: place: what is wrong`. No value is quoted.
 */
export function readRouting(path: string, text: string, tools: ReadingTools): Routing {
  const fail = (mistakes: readonly string[]): never => {
    throw new ConfigError(`${path} has ${mistakes.length} mistake(s):\n  ${mistakes.join('\n  ')}`);
  };
  const yaml = readLinedYaml(text);
  if ('reason' in yaml) return fail([`${path}:${yaml.line}: ${yaml.reason}`]);
  const told = ({ path: at, reason }: PlacedMistake) =>
    `${path}:${yaml.lineOf(at)}: ${at.map(String).join('.') || 'the file'}: ${reason}`;
  const parsed = routingSchema.safeParse(yaml.value);
  const receivers = readReceiversOf(text, tools);
  const mistakes = [...(parsed.success ? [] : parsed.error.issues.map(placed)), ...receivers.mistakes];
  if (!parsed.success || mistakes.length > 0) return fail(mistakes.map(told));
  const people = parsed.data.people.flatMap((person, index) => receivers.ofPerson(person, index));
  const wrong = [...people.flatMap((one) => ('reason' in one ? [one] : [])), ...crossMistakes(parsed.data, receivers.read)];
  if (wrong.length > 0) return fail(wrong.map(told));
  return routingOf(parsed.data, [...receivers.read, ...people.flatMap((one) => ('reason' in one ? [] : [one]))]);
}

/** Routes, policies and who is on call; receivers, and the files that they name, are not read. Throws as `readRouting` does. */
export function readWithoutReceivers(path: string, text: string): Omit<Routing, 'receivers' | 'people'> {
  const yaml = readLinedYaml(text);
  if ('reason' in yaml) throw new ConfigError(`${path}:${yaml.line}: ${yaml.reason}`);
  const parsed = routingSchema.safeParse(yaml.value);
  if (!parsed.success) throw new ConfigError(`${path} has ${parsed.error.issues.length} mistake(s); see vigie notify check`);
  return routingOf(parsed.data, []);
}

interface ReadReceivers {
  readonly read: readonly Receiver[];
  readonly mistakes: readonly PlacedMistake[];
  readonly ofPerson: (person: Parameters<typeof personReceiver>[0], index: number) => readonly (Receiver | PlacedMistake)[];
}

/** Receivers have numbers and flags of their own, so that their part is read with types. */
function readReceiversOf(text: string, tools: ReadingTools): ReadReceivers {
  const typed: unknown = parse(text, { version: '1.2', maxAliasCount: 0, logLevel: 'silent' });
  const { defaults: common = {}, receivers } = (typed ?? {}) as Readonly<Record<string, unknown>>;
  const defaults = receiverDefaults(tools).safeParse(common);
  if (!defaults.success)
    return {
      read: [],
      mistakes: defaults.error.issues.map((issue) => placed({ ...issue, path: ['defaults', ...issue.path] })),
      ofPerson: () => [],
    };
  const schema = receiverSchema(tools, defaults.data);
  const all = (Array.isArray(receivers) ? receivers : []).map((one) => schema.safeParse(one));
  return {
    read: all.flatMap(({ data }) => data ?? []),
    mistakes: all.flatMap(({ error }, index) =>
      (error?.issues ?? []).map((issue) => placed({ ...issue, path: ['receivers', index, ...issue.path] })),
    ),
    ofPerson: (person, index) => {
      const given = personReceiver(person);
      if (!given) return [];
      const { data, error } = schema.safeParse(given);
      return data
        ? [data]
        : (error?.issues ?? []).map(({ path: [field], message }) => ({
            path: ['people', index, 'email'],
            reason: `${field === 'server' || field === 'from' ? 'defaults.mail (from, server) is missing, by which people are written to' : message}`,
          }));
    },
  };
}

/** A key of a map has its own reasons inside. */
function placed(issue: z.core.$ZodIssue): PlacedMistake {
  const inner = issue.code === 'invalid_key' ? issue.issues[0]?.message : undefined;
  return { path: issue.path, reason: inner ?? issue.message };
}
