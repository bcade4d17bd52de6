import { z } from 'zod';
import { operatorFileText } from '#libs/runtime/files/operator-file.js';
import { ConfigError } from '#libs/runtime/config.js';
import { type ReadingTools, type Receiver, type ReceiverDefaults, receiverDefaults, receiverSchema } from './schema.js';

/** Receivers that one notifier serves. */
export const receiversMax = 50;

const fromDisk: ReadingTools = { readFile: (path) => operatorFileText(path), reach: 'network' };

/**
 * The receivers of a routing file, and what they have in common: `{mail?: {from, server}, locale?, timezone?}`. Reads the files with
 * secrets that they name, by the given `readFile`. Throws `ConfigError` with every mistake, each with its receiver; no value is quoted.
 */
export function readReceivers(list: unknown, common: unknown = {}, given: Partial<ReadingTools> = {}): readonly Receiver[] {
  const tools = { ...fromDisk, ...given };
  const defaults = parsed(receiverDefaults(tools), common, 'the defaults of receivers', () => '');
  return parsed(listOf(tools, defaults), list, 'the receivers', (path) => nameAt(list, path));
}

function listOf(tools: ReadingTools, defaults: ReceiverDefaults) {
  return z
    .array(receiverSchema(tools, defaults))
    .max(receiversMax)
    .refine(
      (receivers) => new Set(receivers.map(({ name }) => name)).size === receivers.length,
      'two receivers have the same name',
    );
}

function parsed<S extends z.ZodType>(
  schema: S,
  value: unknown,
  what: string,
  nameOf: (path: readonly PropertyKey[]) => string,
): z.infer<S> {
  const outcome = schema.safeParse(value);
  if (outcome.success) return outcome.data;
  const mistakes = outcome.error.issues.map(({ path, message }) => `${path.join('.') || 'the list'}${nameOf(path)}: ${message}`);
  throw new ConfigError(`${what} have ${mistakes.length} mistake(s):\n  ${mistakes.join('\n  ')}`);
}

/** ` (soc-mail)`: a number in a list finds nobody's line. */
function nameAt(list: unknown, [index]: readonly PropertyKey[]): string {
  const one: unknown = Array.isArray(list) && typeof index === 'number' ? list[index] : undefined;
  const name = typeof one === 'object' && one !== null && 'name' in one ? one.name : undefined;
  return typeof name === 'string' && /^[a-z0-9-]{1,40}$/.test(name) ? ` (${name})` : '';
}
