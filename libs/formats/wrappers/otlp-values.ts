import { remembered } from '#libs/runtime/remembered.js';
import { isObject, isPoisonousKey, type JsonObject } from '../json/parse-item.js';
import { listOf } from '../fhir/elements.js';

/** Lists and maps inside each other that are taken. */
const depthMax = 8;

/** A field of an OTLP message, which JSON writes in camel case and some senders in snake case. */
export function part(message: JsonObject, name: string): unknown {
  return message[name] ?? message[inSnakeCase(name)];
}

const inSnakeCase = remembered((name) => name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`));

/** The objects in a list of an OTLP message. */
export function parts(message: JsonObject, name: string): readonly JsonObject[] {
  return listOf(part(message, name));
}

/** An AnyValue as a plain value; undefined for none, for bytes, and beyond `depthMax`. */
export function plainValue(value: unknown, depth = 0): unknown {
  if (!isObject(value) || depth > depthMax) return undefined;
  const list = part(value, 'arrayValue');
  if (isObject(list)) return parts(list, 'values').map((inner) => plainValue(inner, depth + 1));
  const map = part(value, 'kvlistValue');
  if (isObject(map)) return attributesOf(part(map, 'values'), depth + 1);
  const number = part(value, 'intValue') ?? part(value, 'doubleValue');
  return part(value, 'stringValue') ?? part(value, 'boolValue') ?? (typeof number === 'bigint' ? String(number) : number);
}

/** A list of KeyValue as an object; of two with one key the last counts. */
export function attributesOf(list: unknown, depth = 0): JsonObject {
  return Object.fromEntries(
    listOf(list).flatMap(({ key, value }) => {
      const plain = plainValue(value, depth);
      return typeof key !== 'string' || plain === undefined || isPoisonousKey(key) ? [] : [[key, plain]];
    }),
  );
}
