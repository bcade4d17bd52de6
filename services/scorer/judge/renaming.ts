import { z } from 'zod';
import type { AccountView } from '#libs/contracts/accounts/account-view.js';
import type { IncidentChange } from '#libs/contracts/incident.js';
import type { Told, ToldBefore } from './told-before.js';

/** An incident that goes on under an id of before. */
const renamed = z.object({
  /** The id that the engine has for it, and the one under which it was told. */
  id: z.string(),
  told: z.string(),
  /** What was told of it last: its version and its rules; 0 for what was never told. */
  version: z.int().nonnegative(),
  rules: z.array(z.string()),
});
type Renamed = z.infer<typeof renamed>;

/** Of a partition, as the header of a snapshot keeps it. */
export const renamings = z.object({
  /** Frames before this offset were judged before, and are judged again. */
  through: z.int().nonnegative(),
  all: z.array(renamed),
  /** Whether the engine knows of the incidents that it did not find again; left out by versions that did not look. */
  reinstated: z.boolean().optional(),
});
export type Renamings = z.infer<typeof renamings>;

/** By which versions of changes tell the frame that they come from: see `version` of an incident's change. */
const versionsPerFrame = 65_536;

/**
 * Keeps an incident of an account one incident when what was judged is judged again by other lists or another register, as by a scorer that lost its snapshots: it may begin at another access
 * then, which would give it another id. One that comes out near one that was told, as near as the engine joins them, goes on under the id of that. What was told of it stays as it was
 * told; only what is newer is told, under that id.
 */
export class Renaming {
  readonly #byId = new Map<string, Renamed>();
  /** Ids under which something of this engine was told. */
  readonly #taken = new Set<string>();

  /** What was told before, as long as it is needed: while frames are judged that were judged before, and until the engine knows what it did not find again. */
  #before: ToldBefore | undefined;

  constructor(
    private readonly options: {
      /** Undefined where nothing is judged again, and nothing is to be reinstated. */
      readonly before: ToldBefore | undefined;
      readonly quietMs: number;
      readonly through: number;
      /** Ids of incidents that the engine has from its snapshot. */
      readonly known?: Iterable<string> | undefined;
    },
    known: Renamings['all'] = [],
  ) {
    this.#before = options.before;
    for (const id of options.known ?? []) this.#taken.add(id);
    for (const one of known) this.#keep(one);
  }

  /** For the header of a snapshot. */
  get kept(): Renamings {
    return { through: this.options.through, all: [...this.#byId.values()], reinstated: this.#before === undefined };
  }

  /** What was told before, once the frame before `nextOffset` is one that was never judged or the last that was; undefined before, and where the engine knows of it. */
  toldBefore(nextOffset: number): ToldBefore | undefined {
    return nextOffset >= this.options.through ? this.#before : undefined;
  }

  /** The engine knows of the incidents that it did not find again. */
  reinstated(): void {
    this.#before = undefined;
  }

  /** The id that the engine has for an incident that was told. */
  idOf(told: string): string {
    return [...this.#byId.values()].find((one) => one.told === told)?.id ?? told;
  }

  /** The id under which people know an incident of the engine. */
  nameOf(id: string): string {
    return this.#byId.get(id)?.told ?? id;
  }

  /** The windows of an account, with its incidents as people know them. */
  shown(view: AccountView | undefined): AccountView | undefined {
    return view && { ...view, incidents: view.incidents.map((one) => ({ ...one, incident_id: this.nameOf(one.incident_id) })) };
  }

  /** Changes as they are told, without those of a time that was judged before, and were told then. */
  told(changes: readonly IncidentChange[]): readonly IncidentChange[] {
    return changes.flatMap((change) => this.#of(change) ?? []);
  }

  #of(change: IncidentChange): IncidentChange | undefined {
    if (change.change_type === 'incident.opened') this.#look(change);
    const one = this.#byId.get(change.incident_id);
    const merged_into = this.nameOf(change.merged_into);
    if (!one) return merged_into === change.merged_into ? change : { ...change, merged_into };
    if (change.version <= one.version) return undefined;
    const isNew = change.rules.some((rule) => !one.rules.includes(rule));
    const isFigure = one.version > 0 && (change.change_type === 'incident.updated' || change.change_type === 'incident.opened');
    const change_type = !isFigure ? change.change_type : isNew ? 'incident.rule_added' : 'incident.updated';
    if (isNew) this.#byId.set(one.id, { ...one, rules: [...new Set([...one.rules, ...change.rules])] });
    return { ...change, change_type, incident_id: one.told, merged_into };
  }

  #look(change: IncidentChange): void {
    const { incident_id: id } = change;
    if (this.#byId.has(id)) return;
    const told = this.#before?.of(change);
    if (this.#taken.has(id)) return this.#swap(id);
    this.#taken.add(id);
    if (!told || told.has(id) || change.version >= this.options.through * versionsPerFrame) return;
    const near = [...told.values()].filter((one) => one.counts && !this.#taken.has(one.id) && this.#isNear(one, change));
    const [first] = near.toSorted((a, b) => a.firstMs - b.firstMs || (a.id < b.id ? -1 : 1));
    if (first) this.#keep({ id, told: first.id, version: first.version, rules: [...first.rules] });
  }

  /** The engine has an incident of that very id after all: the one that goes by it lends its own. */
  #swap(id: string): void {
    const other = [...this.#byId.values()].find(({ told }) => told === id);
    if (other) this.#keep({ id, told: other.id, version: 0, rules: [] });
  }

  #isNear({ firstMs, lastMs }: Told, { first_time, last_time }: IncidentChange): boolean {
    const { quietMs } = this.options;
    return Date.parse(first_time) <= lastMs + quietMs && Date.parse(last_time) >= firstMs - quietMs;
  }

  #keep(one: Renamed): void {
    this.#byId.set(one.id, one);
    this.#taken.add(one.id);
    this.#taken.add(one.told);
  }
}
