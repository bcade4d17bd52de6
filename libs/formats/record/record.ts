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
    const all = path.split('.');
    const steps = all.length > stepsMax ? [...all.slice(0, stepsMax - 1), all.slice(stepsMax - 1).join('.')] : all;
    const own = this.#at(this.record, steps, path);
    return own.length ? own : this.#at(this.beside, steps, path);
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

  #at(value: unknown, steps: readonly string[], field: string): readonly unknown[] {
    this.meter.draw(1, field);
    if (Array.isArray(value)) return value.flatMap((inner: unknown) => this.#at(inner, steps, field));
    if (steps.length === 0) return value === undefined || value === null || value === '' ? [] : [value];
    if (!isObject(value)) return [];
    for (let length = steps.length; length > 0; length -= 1) {
      const found = this.#at(inName(value, steps.slice(0, length).join('.')), steps.slice(length), field);
      if (found.length) return found;
    }
    return [];
  }
}

/** What has a name; for `resources[type=Patient]` those of the objects with that name in which the word stands, in any case. */
function inName(value: JsonObject, name: string): unknown {
  if (Object.hasOwn(value, name)) return value[name];
  const [, before = '', key = '', word = ''] = /^([^[\]]*)\[(\w+)=([^\]]*)\]$/.exec(name) ?? [];
  const inner: unknown = before && Object.hasOwn(value, before) ? value[before] : undefined;
  const objects: readonly unknown[] = Array.isArray(inner) ? inner : [inner];
  return objects.filter((one) => isObject(one) && textOfValue(one[key])?.toLowerCase() === word.toLowerCase());
}

/** Text, a number or true and false as trimmed text; undefined for nothing and for what is no single value. */
export function textOfValue(value: unknown): string | undefined {
  if (typeof value === 'boolean' || (typeof value === 'number' && Number.isFinite(value))) return String(value);
  return typeof value === 'string' && value.trim() ? value.trim() : undefined;
}
