// Longer than the house likes: every question that may be asked of the program is here, a few lines each.

import { groupAuthority } from '#libs/pseudonyms/canonical.js';
import type { SourceContext } from '../to-rows.js';
import { unknownClinic } from '../names.js';
import { writeAsList } from './as-list.js';
import { isOddAddress } from './odd-address.js';
import { isHardlyMoreThanZeros } from './odd-identifier.js';
import type { OwnLine } from './line.js';
import { foreignProgramOf, programOf } from './row-programs.js';
import { sourceBlock } from './source-block.js';
import { type ContextPlace, factPlaces, noDay, type RowProgram, type Stager } from './wasm/row-program.js';

/** What may be asked of an item that was read, by its number in scan.as.ts. */
const placeOfField = { actor_id: 2, clinic_id: 3, outcome: 5, actor_kind: 9, emergency: 14, source_ip: 15 } as const;
export type FastField = keyof typeof placeOfField;
const pseudonymDigits = 32;
const closingBrace = 0x7d;
/** Where rows wait to be taken out together: addresses and bytes. */
export interface Stages {
  readonly at: number;
  readonly count: number;
  readonly bytes: number;
  readonly distance: number;
}
/** A row without an ending. */
const noEnding = -1;

/**
 * The hot loop of the ingestor (benchmark: bench/ingest.ts): turns the lines of one request into rows as long as they are ordinary, from bytes to
 * bytes. Whatever is not (escapes, unknown keys, null, other types, odd spellings, long values) makes it give up, and `parse-event.ts` decides:
 * the two give the same rows, which a property test proves. `attach` the body, then `read` an item, and `write` its rows one by one before anybody else
 * reads; `copy` takes rows out, which stay where they are as long as nobody else writes there.
 */
export class FastRows {
  readonly #program: RowProgram;
  readonly #block: Buffer;
  #body: Buffer = Buffer.alloc(0);
  /** What of the body is in the window. */
  #from = 0;
  #until = 0;
  /** Up to where of the body patients were asked for. */
  #asked = 0;

  private constructor(program: RowProgram, block: Buffer) {
    this.#program = program;
    this.#block = block;
  }

  /**
   * Undefined where the authority of a patient depends on the clinic, a patient has two pseudonyms because keys overlap, names are very long, or
   * memory is short: such sources take the other way.
   */
  static of(source: SourceContext, receivedMs: number): FastRows | undefined {
    const { authority, groupId, keys } = source;
    if (authority === 'clinic') return undefined;
    const { active } = keys.at(receivedMs);
    return FastRows.#over(programOf(active, authority === 'group' ? groupAuthority(groupId) : authority), source, receivedMs);
  }

  /** The same for patients of another authority than the source's own, as records name them. */
  static ofAuthority(authority: string, source: SourceContext, receivedMs: number): FastRows | undefined {
    return FastRows.#over(foreignProgramOf(source.keys.at(receivedMs).active, authority), source, receivedMs);
  }

  static #over(program: RowProgram | undefined, source: SourceContext, receivedMs: number): FastRows | undefined {
    if (!program || source.keys.at(receivedMs).former) return undefined;
    const block = sourceBlock(source, receivedMs, program.layout);
    return block.length > program.layout.sourceBytesMax ? undefined : new FastRows(program, block);
  }

  /** The body that `read` is about from now on, valid UTF-8. */
  attach(body: Buffer): void {
    this.#body = body;
    this.#asked = 0;
    this.#program.user = undefined;
  }

  /** The index after the item that begins at `start` when it is an ordinary event that may go on; -1 otherwise. */
  read(start: number): number {
    const { doors, layout } = this.#program;
    const isShort = start + layout.lineBytesMax > this.#until && this.#until < this.#body.length;
    if (isShort || this.#program.user !== this) this.#load(start);
    const windowAt = layout.windowAt - this.#from;
    if (start >= this.#asked) this.#asked = doors.ask(windowAt + start, windowAt + this.#until) - windowAt;
    const end = doors.read(windowAt + start);
    return end === 0 || this.#isOdd() ? -1 : end - windowAt;
  }

  /**
   * Whether a line, all of it, is an ordinary event that may go on. A clinic that it calls unknown is perhaps known to its envelope, which only its
   * readers ask.
   */
  readOwn(own: OwnLine): boolean {
    if (!this.readAlone(own)) return false;
    return !this.begins('clinic_id', unknownClinic.charAt(0)) || this.text('clinic_id') !== unknownClinic;
  }

  /** The same for a line that says all there is to say. It lies alone in the window: `read` fills that again. */
  readAlone({ line, start, end, fields }: OwnLine): boolean {
    const { doors, memory, layout } = this.#program;
    // Bytes of UTF-8 are no fewer than units of a text.
    if (end - start + fields.length > layout.lineBytesMax) return false;
    if (this.#program.user !== this) memory.set(this.#block, layout.sourceAt);
    this.#program.user = this;
    this.#until = 0;
    let stop = layout.windowAt;
    stop += typeof line === 'string' ? memory.write(line, stop, 'utf8') : line.copy(memory, stop, start, end);
    if (fields !== '') {
      if (memory[stop - 1] !== closingBrace) return false;
      stop += memory.write(fields, stop - 1, 'latin1');
      memory[stop - 1] = closingBrace;
    }
    memory.fill(0, stop, stop + layout.windowSlackBytes);
    if (doors.read(layout.windowAt) !== stop) {
      const grown = writeAsList(memory, layout.windowAt, stop);
      if (grown < 0) return false;
      memory.fill(0, grown, grown + layout.windowSlackBytes);
      if (doors.read(layout.windowAt) !== grown) return false;
    }
    return !this.#isOdd();
  }

  /** Names the record of the line that was just read by half an event id, 16 digits, in the place of the id in the line. Before its first row is written. */
  nameRecord(half: string): void {
    this.#program.memory.write(half, this.#program.layout.recordHalfAt, 'latin1');
  }

  /** Whether the program takes for ordinary what the long way writes otherwise. */
  #isOdd(): boolean {
    const { memory, layout } = this.#program;
    const at = placeOfField.source_ip * 4;
    const [start, end] = [memory.readUInt32LE(layout.startsAt + at), memory.readUInt32LE(layout.endsAt + at)];
    return this.#hasOddIdentifier() || isOddAddress(memory, start, end);
  }

  /** Whether hardly more than zeros and signs are a patient: the mask looks for what is left without the zeros, the program does not. */
  #hasOddIdentifier(): boolean {
    const { memory, view, layout } = this.#program;
    if (this.#fact(factPlaces.beginsWithZero) === 0) return false;
    const last = layout.patientsAt + (this.hasPatients ? this.rows : 0) * 16;
    for (let at = layout.patientsAt; at < last; at += 16)
      if (isHardlyMoreThanZeros(memory, view.getUint32(at, true), view.getUint32(at + 4, true))) return true;
    return false;
  }

  /** The partition of the item that was read. */
  partition(partitions: number): number {
    return this.#fact(factPlaces.accountHash) % partitions;
  }

  /** Event time of the item, milliseconds. */
  get timeMs(): number {
    const { view, layout } = this.#program;
    return view.getFloat64(layout.factsAt + factPlaces.time, true);
  }

  /** The text of a field of the item as it stands there; empty where it is absent. Nothing that is read here has escapes. */
  text(field: FastField): string {
    const { memory, layout } = this.#program;
    const at = placeOfField[field] * 4;
    const end = memory.readUInt32LE(layout.endsAt + at);
    return end === 0 ? '' : memory.toString('utf8', memory.readUInt32LE(layout.startsAt + at), end);
  }

  /** Whether the text of a field of the item begins with a letter; of a field with few words that tells them apart without making a text. */
  begins(field: FastField, letter: string): boolean {
    const { memory, layout } = this.#program;
    const at = placeOfField[field] * 4;
    const start = memory.readUInt32LE(layout.startsAt + at);
    return memory.readUInt32LE(layout.endsAt + at) > 0 && memory[start] === letter.charCodeAt(0);
  }

  /**
   * Which context the line has: who accesses, in which clinic and from which address. False where it is too long to be told
   * apart without texts.
   */
  context(found: ContextPlace): boolean {
    found.place = this.#fact(factPlaces.contextPlace);
    found.number = this.#fact(factPlaces.contextNumber);
    return found.number !== 0;
  }

  /** Sets `into` to the pseudonym of row `index`, as four words of 32 bits; only where the rows are those of patients. */
  words(index: number, into: { w0: number; w1: number; w2: number; w3: number }): void {
    const { view, layout } = this.#program;
    const at = layout.pseudonymWordsAt + index * 16;
    into.w0 = view.getUint32(at, true);
    into.w1 = view.getUint32(at + 4, true);
    into.w2 = view.getUint32(at + 8, true);
    into.w3 = view.getUint32(at + 12, true);
  }

  /** What may stand behind the fields of a row, each from a comma on: `write` is given the number of one. At most 64 of 96 bytes, ASCII. */
  setEndings(endings: readonly string[]): void {
    const { memory, layout } = this.#program;
    endings.forEach((ending, number) => {
      memory[layout.endingLengthsAt + number] = memory.write(ending, layout.endingsAt + number * layout.endingBytesMax, 'latin1');
    });
  }

  /** For whom something may be kept as long as this key and authority are used. */
  get owner(): object {
    return this.#program;
  }

  /** The event id of the item, once its first row was made. */
  get eventId(): string {
    const { memory, layout } = this.#program;
    return memory.toString('latin1', layout.eventIdAt, layout.eventIdAt + pseudonymDigits);
  }

  /** The pseudonym of row `index`, empty where the item has no patient. */
  pseudonym(index: number): string {
    const { memory, layout } = this.#program;
    if (!this.hasPatients) return '';
    const at = layout.digitsAt + index * pseudonymDigits;
    return memory.toString('latin1', at, at + pseudonymDigits);
  }

  /** The identifier of the patient of row `index`, as it stands in the item. */
  identifier(index: number): string {
    const { memory, layout } = this.#program;
    const at = layout.patientsAt + index * 16;
    return memory.toString('utf8', memory.readUInt32LE(at), memory.readUInt32LE(at + 4));
  }

  /** Whether the rows are those of patients. */
  get hasPatients(): boolean {
    return this.#fact(factPlaces.patients) > 0;
  }

  get rows(): number {
    return this.#fact(factPlaces.rows);
  }

  /** Where one row may stand. */
  get rowAt(): number {
    return this.#program.layout.rowAt;
  }

  /** Where rows of one partition may wait together: stage `number` is at `at + number * distance`. A row may begin in its first `bytes` bytes. */
  get stages(): Stages {
    const { stagesAt, stages, stageBytes, stageDistance } = this.#program.layout;
    return { at: stagesAt, count: stages, bytes: stageBytes, distance: stageDistance };
  }

  /** Makes the stages those of one who leaves rows there: what another has left, a request that waits perhaps, is taken out first. */
  stageFor(stager: Stager): void {
    const before = this.#program.stager;
    if (before === stager) return;
    before?.flush();
    this.#program.stager = stager;
  }

  /** Nothing of this one waits any more. */
  leaveStages(stager: Stager): void {
    if (this.#program.stager === stager) this.#program.stager = undefined;
  }

  /** Writes row `index` of the item, the first first, to `to`; answers with its length in bytes. */
  write(index: number, to: number): number {
    return this.#program.doors.write(index, noEnding, noDay, to);
  }

  /** The same with an ending of `setEndings`; of patients there may be a number behind it. */
  writeEnding(index: number, to: number, ending: number): number {
    return this.#program.doors.write(index, ending, noDay, to);
  }

  /** The same with the block of the row's patient on a day. `make` gives one that is not known, 16 digits; it is called for numbers alone. */
  writeStamped(index: number, to: number, ending: number, day: number, make: (index: number, day: number) => string): number {
    const { doors, memory, layout } = this.#program;
    const bytes = doors.write(index, ending, day, to);
    if (bytes > 0) return bytes;
    memory.write(make(index, day), layout.blockAt, 'latin1');
    doors.keepBlock();
    return doors.write(index, ending, noDay, to);
  }

  /** Puts bytes of rows from `from` to `at` of a buffer. */
  copy(target: Buffer, at: number, from: number, bytes: number): void {
    this.#program.memory.copy(target, at, from, from + bytes);
  }

  #fact(place: number): number {
    const { view, layout } = this.#program;
    return view.getUint32(layout.factsAt + place, true);
  }

  #load(start: number): void {
    const { memory, layout } = this.#program;
    if (this.#program.user !== this) memory.set(this.#block, layout.sourceAt);
    this.#program.user = this;
    this.#from = start;
    this.#until = Math.min(start + layout.windowBytes, this.#body.length);
    this.#body.copy(memory, layout.windowAt, start, this.#until);
    const end = layout.windowAt + this.#until - start;
    memory.fill(0, end, end + layout.windowSlackBytes);
  }
}
