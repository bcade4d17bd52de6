import type { Field, Rule, Selection } from './rule.js';
import type { Threshold } from './window-count.js';

/** Selections that one engine may hold: each is a bit of a patient's word. */
export const selectionsMax = 32;

/** A rule within its series. */
export interface SeriesRule extends Threshold {
  readonly rule: Rule;
  /** Place in the bounds of a ledger. */
  readonly slot: number;
}

/**
 * What windows are kept over: the accesses of one selection, by group-by cell, counting one field. Every rule and window length over the
 * same series shares its ledgers. `patients` series exist for each selection, whatever its rules count: incidents list patients from them.
 */
export interface Series {
  readonly index: number;
  /** Names the content: windows survive a change of rules that leaves the series as it was. */
  readonly key: string;
  readonly selection: number;
  /** Group-by fields besides group and actor. */
  readonly cell: readonly Field[];
  readonly field: readonly Field[];
  readonly spreadField: Field | undefined;
  /** `patients`: values are patients of the whole account. `blank`: accesses of the selection without patient, all of one value. */
  readonly kind: 'patients' | 'blank' | 'other';
  readonly rules: readonly SeriesRule[];
}

/** A selection and its bit. */
export interface LiveSelection {
  readonly bit: number;
  readonly selection: Selection;
}

export interface CompiledSeries {
  /** Ids by bit number, those of earlier rules included. */
  readonly selectionIds: readonly string[];
  readonly live: readonly LiveSelection[];
  readonly series: readonly Series[];
  /** Longest window, milliseconds. */
  readonly timespanMsMax: number;
  readonly slotsMax: number;
}

/** Throws RangeError when the rules have more selections than an engine can hold. */
export function compileSeries(rules: readonly Rule[], earlier: readonly string[]): CompiledSeries {
  const selections = [...new Map(rules.map((rule) => [rule.selection.id, rule.selection])).values()];
  const ids = [...new Set([...earlier, ...selections.map(({ id }) => id)])];
  if (ids.length > selectionsMax)
    throw new RangeError(
      `the rules have ${ids.length} different selections, more than ${selectionsMax}: let rules share conditions`,
    );
  const drafts = new Map<string, Omit<Series, 'index' | 'rules'> & { readonly rules: SeriesRule[] }>();
  const draft = (
    selection: number,
    cell: readonly Field[],
    field: readonly Field[],
    spreadField: Field | undefined,
    blank = false,
  ) => {
    const kind = blank
      ? ('blank' as const)
      : !cell.length && field.length === 1 && field[0] === 'patient_id'
        ? ('patients' as const)
        : ('other' as const);
    const key = [ids[selection] ?? '', cell.join(' '), blank ? '' : field.join(' '), spreadField ?? 'clinic_id', kind].join('|');
    const known = drafts.get(key);
    if (known) return known;
    const made = { key, selection, cell, field, spreadField, kind, rules: [] as SeriesRule[] };
    drafts.set(key, made);
    return made;
  };
  selections.forEach(({ id }) => {
    const selection = ids.indexOf(id);
    draft(selection, [], ['patient_id'], undefined);
    draft(selection, [], ['patient_id'], undefined, true);
  });
  for (const rule of rules) {
    const selection = ids.indexOf(rule.selection.id);
    const [input] = rule.inputs;
    if (input?.kind !== 'rows') continue;
    const spreadField = input.spread !== 'clinic_id' ? input.spread : undefined;
    const { rules: into } = draft(selection, input.by, input.field, spreadField);
    into.push({
      rule,
      slot: into.length,
      timespanMs: rule.timespanMs,
      atLeast: rule.condition.atLeast,
      spreadAtLeast: rule.spread?.atLeast ?? 0,
    });
  }
  const series = [...drafts.values()].map((made, index) => ({ ...made, index }));
  return {
    selectionIds: ids,
    live: selections.map((selection) => ({ bit: 1 << ids.indexOf(selection.id), selection })),
    series,
    timespanMsMax: Math.max(0, ...rules.map((rule) => rule.timespanMs)),
    slotsMax: Math.max(1, ...series.map(({ rules }) => rules.length)),
  };
}
