import { remembered } from '#libs/runtime/remembered.js';
import { isObject, type JsonObject } from '../json/parse-item.js';
import type { WorkMeter } from '../work-meter.js';

/** Steps of a path that are followed; so many ways there are at most to read its points as parts of names. */
const stepsMax = 8;

/** A record of names and values, nested or with points in its names, and beside it what its wrapper said, which counts where it is silent. */
export class RecordView {
  constructor(
    private readonly record: JsonObject,
    private readonly beside: JsonObject,
    private readonly meter: WorkMeter,
  ) {}

  /**
   * Every value at a path such as `user.name`, `resources.uid` or `resources[type=Patient].uid`, those of lists one by one; null and empty
   * text are no values.
   */
  values(path: string): readonly unknown[] {
    const names = namesOf(path);
    const own = this.#at(this.record, names, 0, path);
    return own.length ? own : this.#at(this.beside, names, 0, path);
  }

  /** The first text or number at the first path that has one, as trimmed text. */
  text(paths: readonly string[]): string | undefined {
    for (const path of paths)
      for (const value of this.values(path)) {
        const text = textOfValue(value);
        if (text !== undefined) return text;
      }
    return undefined;
  }

  #at(value: unknown, names: Names, step: number, field: string): readonly unknown[] {
    this.meter.draw(1, field);
    if (Array.isArray(value)) return value.flatMap((inner: unknown) => this.#at(inner, names, step, field));
    const longestFirst = names[step];
    if (!longestFirst) return value === undefined || value === null || value === '' ? nothing : [value];
    if (!isObject(value)) return nothing;
    for (const { name, steps, choice } of longestFirst) {
      const inner: unknown = Object.hasOwn(value, name) ? value[name] : choice && chosen(value, choice);
      if (inner === undefined) continue;
      const found = this.#at(inner, names, step + steps, field);
      if (found.length) return found;
    }
    return nothing;
  }
}

const nothing: readonly unknown[] = [];

/** Steps of a path as one name: `user.name` may be two objects or one name with a point. */
interface Name {
  readonly name: string;
  readonly steps: number;
  readonly choice?: Choice;
}
/** `resources[type=Patient]`: of the objects with a name those in which the word stands, in any case. */
interface Choice {
  readonly before: string;
  readonly key: string;
  readonly word: string;
}
/** For each step of a path the names that may begin there, the longest first. */
type Names = readonly (readonly Name[])[];

/** Paths are those of mappings and configurations: there are some hundred. */
const namesOf = remembered((path: string): Names => {
  const all = path.split('.');
  const steps = all.length > stepsMax ? [...all.slice(0, stepsMax - 1), all.slice(stepsMax - 1).join('.')] : all;
  return steps.map((_, from) =>
    steps.slice(from).map((__, index, rest): Name => {
      const length = rest.length - index;
      const name = steps.slice(from, from + length).join('.');
      const [, before = '', key = '', word = ''] = /^([^[\]]*)\[(\w+)=([^\]]*)\]$/.exec(name) ?? [];
      return { name, steps: length, ...(before && { choice: { before, key, word: word.toLowerCase() } }) };
    }),
  );
});

function chosen(value: JsonObject, { before, key, word }: Choice): unknown {
  if (!Object.hasOwn(value, before)) return undefined;
  const inner = value[before];
  const objects: readonly unknown[] = Array.isArray(inner) ? inner : [inner];
  return objects.filter((one) => isObject(one) && textOfValue(one[key])?.toLowerCase() === word);
}

/** Whether JSON has lost digits of a number: two that differ in the last of them are read as one. */
export function isRounded(value: unknown): boolean {
  return typeof value === 'number' && Math.abs(value) > Number.MAX_SAFE_INTEGER;
}

/** Text, a number or true and false as trimmed text; undefined for nothing and for what is no single value. */
export function textOfValue(value: unknown): string | undefined {
  if (typeof value === 'boolean' || (typeof value === 'number' && Number.isFinite(value))) return String(value);
  return typeof value === 'string' && value.trim() ? value.trim() : undefined;
}
