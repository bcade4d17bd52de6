import { remembered } from '#libs/runtime/remembered.js';
import { isPoisonousKey, type JsonObject } from '../json/parse-item.js';

export const inLower = remembered((name: string) => name.trim().toLowerCase());

/** A record with its names in lower case: databases and their exports differ in it. Of two names that become one the first counts. */
export function inLowerCase(record: JsonObject): JsonObject {
  const named = Object.entries(record).map(([name, value]): [string, unknown] => [inLower(name), value]);
  return Object.fromEntries(named.toReversed().filter(([name]) => !isPoisonousKey(name)));
}
