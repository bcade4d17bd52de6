import type { MatchFeed, RowFeed, Series } from '../compile/series.js';
import type { Days } from '../days/days.js';
import { SaidTexts } from '../days/said-texts.js';
import type { DayCounts } from '../habits/day-counts.js';
import { clear } from '../judge/dormancy.js';
import type { Firing, Place } from '../judge/firing.js';
import type { Ledgers } from '../judge/windows.js';
import { cellValues, noCell } from '../memory/cell-key.js';
import type { CellKey } from '../memory/cell-table.js';
import { type Entry, noEntry } from '../memory/entry.js';
import { everySelection } from '../memory/selection-sets.js';
import { optionalPlaces } from '../scan/row-layout.js';
import { rowProgram } from '../scan/row-program.js';
import type { ScannedRow } from '../scan/scanned-row.js';
import type { EngineState } from '../state/engine-state.js';
import { cellOf, RowValues, setDigest, setIdentifier, setText, setInput, setSpread } from './row-values.js';
import { outside } from '../scan/outside.js';
import type { AccountNumber, Milliseconds } from '../scan/kinds.js';

const rolePlace = optionalPlaces['actor_role'] ?? 0;
const kindPlace = optionalPlaces['actor_kind'] ?? 0;

interface SeriesFeed {
  readonly series: Series;
  readonly feed: RowFeed;
  readonly ledgers: Ledgers;
  /** Where the row has its cell, if that is one optional field and all that an entry says besides follows from the shape of the row; else -1. */
  readonly cellPlace: number;
}

/** Puts accesses and firings into the windows of their account, and has them judged. */
export class EnterWindows {
  readonly #values: RowValues;
  /** What goes to a series of its own. */
  readonly #entry: Entry = noEntry();
  readonly #place: Place;
  readonly #cell: CellKey = { ...noCell };
  readonly #feeds: readonly SeriesFeed[];
  /** By set of selections: those that take rows of it. */
  readonly #feedsOf: (readonly SeriesFeed[])[] = [];
  /** Shapes of rows say what feeds take for values, and where days are known what accounts are called, from here on, exclusive. */
  readonly #shapesFrom: number;
  readonly #said = new SaidTexts();

  constructor(private readonly state: EngineState) {
    const { compiled } = state;
    this.#values = new RowValues(state.selector);
    this.#place = { series: compiled.main, account: 0, ledger: 0, cell: noCell, floor: 0 };
    this.#feeds = compiled.others.flatMap((series) =>
      series.feeds.map((feed) => ({
        series,
        feed,
        ledgers: state.windows.ledgersOf(series),
        cellPlace: valuePlaceOf(series, feed) < 0 ? -1 : cellPlaceOf(feed),
      })),
    );
    const values = this.#feeds.flatMap(({ series, feed, cellPlace }) => (cellPlace < 0 ? [] : [valuePlaceOf(series, feed)]));
    if (state.days) values.push(rolePlace, kindPlace);
    this.#shapesFrom = rowProgram()?.want(new Map(values.map((place) => [place, true]))) ?? Number.POSITIVE_INFINITY;
    // Which rows it takes is known: all of them count.
    this.#entry.mark = state.marks.of(0, 0, everySelection, 0);
  }

  /** Adds what holds because of the access to `firings`. The time of the access where an anchor of it was judged before it came, else `clear`. */
  take(row: ScannedRow, account: AccountNumber, set: number, access: Entry, firings: Firing[]): number {
    const { state } = this;
    const { windows, compiled, counts } = state;
    const place = this.#place;
    place.account = account;
    place.floor = windows.floor(account);
    place.series = compiled.main;
    place.cell = noCell;
    place.ledger = windows.index.mainOf(account) || windows.index.openMain(account);
    let isInTime = true;
    // What no rule looks at is no day's work.
    if (state.days && row.time > place.floor && (state.former.isNone || state.former.isLive(set)))
      this.#enterDay(state.days, row, account);
    if (row.time <= place.floor) counts.beyondHorizon += 1;
    else isInTime = windows.main.judge.take(place, access, firings);
    if (this.#feeds.length > 0) isInTime = this.#feedSeries(row, account, set, firings) && isInTime;
    if (state.days) isInTime = state.days.test(account, row.time, firings) && isInTime;
    if (firings.length > 0) isInTime = this.propagate(account, firings) && isInTime;
    return isInTime ? clear : row.time;
  }

  #enterDay(counts: DayCounts, row: ScannedRow, account: AccountNumber): void {
    const { days } = counts;
    const { roles } = days;
    const record = counts.enter(account, row.time);
    const said = this.#said;
    if (row.shape <= this.#shapesFrom || !said.find(row.shape)) this.#readSaid(days, row, record);
    roles.note(record, said.role, said.kind, row.time);
  }

  #readSaid({ roles, table }: Days, { bytes, view, starts, ends, shape }: ScannedRow, record: number): void {
    const said = this.#said;
    const [role, kind] = [table.role(record), table.kind(record)];
    said.role = roles.textOf(bytes, view, starts[rolePlace] ?? outside(), ends[rolePlace] ?? outside(), role);
    said.kind = roles.textOf(bytes, view, starts[kindPlace] ?? outside(), ends[kindPlace] ?? outside(), kind);
    if (shape > this.#shapesFrom) said.note(shape);
  }

  #feedSeries(row: ScannedRow, account: AccountNumber, set: number, firings: Firing[]): boolean {
    const { windows, marks, counts } = this.state;
    const place = this.#place;
    let isInTime = true;
    const feeds = (this.#feedsOf[set] ??= this.#feeds.filter(({ feed }) => marks.sets.has(set, feed.selection)));
    for (let i = 0; i < feeds.length; i += 1) {
      const one = feeds[i];
      if (!one) continue;
      const { series, feed, ledgers } = one;
      place.floor = windows.floorOf(account, series);
      if (row.time <= place.floor || this.#takesAgain(row, account, one, place.floor)) continue;
      const cell = this.#values.cell(row, feed.by);
      if (!cell) {
        counts.missingGroupBy += 1;
        continue;
      }
      place.ledger = windows.index.findOrOpen(account, series.index, cell);
      // The next look at a field may overwrite the cell that was read.
      this.#cell.bytes = cell.bytes;
      this.#cell.start = cell.start;
      this.#cell.end = cell.end;
      place.cell = this.#cell;
      if (!this.#values.value(row, feed, this.#entry)) continue;
      if (feed.amount !== undefined && !this.#values.amount(row, feed.amount, this.#entry)) continue;
      if (series.spreads) this.#values.spread(row, feed.spread, this.#entry);
      this.#entry.time = row.time;
      place.series = series;
      if (!ledgers.judge.take(place, this.#entry, firings)) isInTime = false;
      if (one.cellPlace >= 0) this.#noteShape(row, one);
    }
    return isInTime;
  }

  /** Most accesses of a session say what the one before said, so that only their time is put in; false where more must be looked at. */
  #takesAgain(row: ScannedRow, account: AccountNumber, { series, ledgers, cellPlace }: SeriesFeed, floor: Milliseconds): boolean {
    const { shape, view, starts, ends } = row;
    if (cellPlace < 0 || shape <= this.#shapesFrom) return false;
    const end = ends[cellPlace] ?? outside();
    if (end === 0) return false;
    const ledger = this.state.windows.index.cells.againAt(
      account,
      series.index,
      view,
      starts[cellPlace] ?? outside(),
      end,
      shape,
    );
    return ledger !== 0 && ledgers.judge.takeAgain(ledger, row.time, floor);
  }

  #noteShape({ shape }: ScannedRow, { series, ledgers }: SeriesFeed): void {
    const { account, ledger } = this.#place;
    if (shape <= this.#shapesFrom || !ledgers.judge.isNewest(ledger, this.#entry)) return;
    if (this.state.windows.index.cells.noteShape(account, series.index, ledger, shape))
      ledgers.store.heads.setShaped(ledger, true);
  }

  /** Matches of rules that others look at go to their series, whose matches may go on. False when an anchor should have been judged before. */
  propagate(account: AccountNumber, firings: Firing[]): boolean {
    let isInTime = true;
    for (let i = 0; i < firings.length; i += 1) {
      const firing = firings[i];
      if (!firing) continue;
      for (const feed of firing.rule.feeds) if (!this.#feedMatch(account, firing, feed, firings)) isInTime = false;
    }
    return isInTime;
  }

  #feedMatch(account: AccountNumber, firing: Firing, feed: MatchFeed, firings: Firing[]): boolean {
    const { windows } = this.state;
    const values = cellValues(firing.cell);
    const place = this.#place;
    const cell = cellOf(feed.by.map((at) => values[at] ?? ''));
    place.account = account;
    place.series = feed.series;
    place.cell = cell;
    place.ledger = windows.index.findOrOpen(account, feed.series.index, cell);
    place.floor = windows.floorOf(account, feed.series);
    if (firing.first <= place.floor) return true;
    if (feed.value.kind === 'input') setInput(this.#entry, feed.value.input);
    else if (feed.value.kind === 'match') setDigest(this.#entry, JSON.stringify([firing.rule.key, values, firing.first]));
    else if (feed.value.kind === 'places')
      setDigest(this.#entry, JSON.stringify(feed.value.places.map((at) => values[at] ?? '')));
    else if (feed.value.kind === 'field') setText(this.#entry, values[feed.value.place] ?? '');
    else setIdentifier(this.#entry, values[feed.value.place] ?? '');
    if (feed.series.spreads) setSpread(this.#entry, feed.spread === undefined ? '' : (values[feed.spread] ?? ''));
    this.#entry.time = firing.first;
    return windows.ledgersOf(feed.series).judge.take(place, this.#entry, firings);
  }
}

/** Where a row has the value that the feed takes, if that is all that its entries say; else -1. */
function valuePlaceOf({ kind, spreads, amounts }: Series, { value }: RowFeed): number {
  if (kind !== 'count' || spreads || amounts || value.kind !== 'fields') return -1;
  const [field, ...more] = value.fields;
  return field === undefined || more.length > 0 ? -1 : (optionalPlaces[field] ?? -1);
}

function cellPlaceOf({ by: [field, ...more] }: RowFeed): number {
  return field === undefined || more.length > 0 ? -1 : (optionalPlaces[field] ?? -1);
}
