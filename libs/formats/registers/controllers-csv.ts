import { type Controller, controller } from '#libs/contracts/controller.js';
import { type LineMistake, RegisterReader } from './register-csv.js';

type Column = keyof Controller;
const columns = Object.keys(controller.shape) as readonly Column[];
const lists: ReadonlySet<Column> = new Set(['joint_with', 'processor_of']);

/** Reads the register of controllers: the columns are those of the contract; ids of a list are separated by blanks or bars. */
export class ControllersReader {
  readonly controllers: Controller[] = [];
  readonly #reader = new RegisterReader(columns, ['group_id', 'controller_id']);

  get mistakes(): LineMistake[] {
    return this.#reader.mistakes;
  }

  take(text: string): void {
    const cell = this.#reader.take(text);
    if (!cell) return;
    const values = columns.map((column) => [column, lists.has(column) ? idsOf(cell(column)) : cell(column)]);
    const found = controllerOf({ ...Object.fromEntries(values), nis2: cell('nis2') || 'none' });
    if (typeof found === 'string') return this.#reader.mistake(found);
    const before = this.#reader.before([found.group_id, found.controller_id]);
    if (before !== undefined)
      return this.#reader.mistake(`the controller ${found.controller_id} of ${found.group_id} stands on line ${before} already`);
    this.controllers.push(found);
  }
}

/** A controller of the contract, or what is wrong with it. */
export function controllerOf(values: Readonly<Record<string, unknown>>): Controller | string {
  const parsed = controller.safeParse(values);
  if (parsed.success) return parsed.data;
  return parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; ');
}

/** `a b|c` as ids. */
export function idsOf(text: string): readonly string[] {
  return text.split(/[\s|]+/).filter((id) => id !== '');
}
