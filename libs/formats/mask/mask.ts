import { isNationalNumber, nationalNumberLength } from '#libs/pseudonyms/national-number.js';
import type { WorkMeter } from '../work-meter.js';
import { Automaton } from './automaton.js';
import { type Outline, runsOf } from './base64.js';
import { FewWords, fewUnitsMax, fewWordsMax, type WordFinder } from './few-words.js';
import { bitsByCode, bitsOfUnits, fold, type Folded, unitBitsOf, unitsMaxOf, unitsMaxOfLength } from './fold.js';

/** Identifiers of fewer characters are replaced only as a whole word and as they are written: `12` inside `v12b` is not a patient. */
const anywhereLengthMin = 4;
/** From so many letters and digits on, an identifier is also found with signs and blanks in other places than its own. */
const looseLengthMin = 6;
/** What is left without zeros is looked for from so many characters on: one digit alone is no number of a patient. */
const bareLengthMin = 2;
/** What a character of text, and what one of an identifier takes, as steps. */
const stepsOfText = 8;
const stepsOfIdentifier = 4;

/** A clear identifier and what stands for it. */
export interface Replacement {
  readonly identifier: string;
  readonly pseudonym: string;
}

/** A stretch of a text and the identifier that it is. */
interface Found {
  readonly start: number;
  readonly end: number;
  readonly replacement: Replacement;
}

/**
 * Replaces an event's own patient identifiers in text by their pseudonyms, in whatever spelling they stand there: in another case, with
 * other signs and blanks between, without leading zeros, with percent escapes, in base64. Takes time for the texts and for the identifiers,
 * not for every text times every identifier.
 */
export class Mask {
  /** A pseudonym stands in a text that was asked for. */
  hasReplaced = false;
  #loose: Words | undefined;
  #exact: Words | undefined;

  /** `meter` pays for what is read; to be used inside `metered`. */
  constructor(
    private readonly replacements: readonly Replacement[],
    private readonly meter: WorkMeter,
  ) {}

  text(text: string, field: string): string {
    if (!this.replacements.length) return text;
    this.meter.draw(stepsOfText * text.length, field);
    const found = [...this.#written(text), ...this.#spelled(text), ...this.#packed(text)];
    if (!found.length) return text;
    this.hasReplaced = true;
    return replaced(text, together(found));
  }

  #written(text: string): readonly Found[] {
    this.#exact ??= this.#words(exactWords);
    const found: Found[] = [];
    if (this.#exact.some) this.#exact.find(asWritten(text), text, fitsExactly, found);
    return found;
  }

  #spelled(text: string): readonly Found[] {
    this.#loose ??= this.#words(looseWords);
    const found: Found[] = [];
    if (unitsMaxOf(text) < this.#loose.shortest || !this.#loose.mayBeIn(text)) return found;
    this.#loose.find(fold(text), text, fitsLoosely, found);
    if (text.includes('%')) this.#loose.find(fold(text, true), text, fitsLoosely, found);
    return found;
  }

  /** Runs of base64 are unpacked, and what is found there is replaced where it came from. */
  #packed(text: string): readonly Found[] {
    const words = (this.#loose ??= this.#words(looseWords));
    return [...runsOf(text, bitsByCode, (outline) => words.mayBePacked(outline))].flatMap((run) =>
      this.#spelled(run.text).map(({ start, end, replacement }) => ({ ...run.place(start, end), replacement })),
    );
  }

  #words(wordsOf: (replacement: Replacement) => readonly (readonly number[])[]): Words {
    this.meter.draw(
      stepsOfIdentifier * this.replacements.reduce((sum, { identifier }) => sum + identifier.length, 0),
      'patient_ids',
    );
    // Of identifiers that fold to one word the longest allows the most between its characters.
    const longestFirst = this.replacements.toSorted((a, b) => b.identifier.length - a.identifier.length);
    return new Words(longestFirst.flatMap((replacement) => wordsOf(replacement).map((word) => ({ word, replacement }))));
  }
}

interface Word {
  readonly word: readonly number[];
  readonly replacement: Replacement;
}
type Fits = (span: Span) => boolean;

/** Where in a text a word was found. */
interface Span {
  readonly text: string;
  readonly start: number;
  readonly end: number;
  /** Characters from the first to the last, those between included. */
  readonly length: number;
  readonly word: Word;
}

/** Words to be looked for, and which identifiers they stand for: several may fold to one. */
class Words {
  readonly #finder: WordFinder;
  readonly #byIdentifier: ReadonlyMap<string, Replacement>;
  readonly #shortest: number;
  /** Bits of the units that every word has. */
  readonly #bits: number;

  constructor(private readonly words: readonly Word[]) {
    this.#finder = finderOf(words.map(({ word }) => word));
    this.#shortest = words.reduce((least, { word }) => Math.min(least, word.length), Infinity);
    this.#bits = words.reduce((bits, { word }) => bits & bitsOfUnits(word), -1);
    this.#byIdentifier = new Map(words.map(({ replacement }) => [replacement.identifier, replacement]));
  }

  get some(): boolean {
    return this.words.length > 0;
  }

  /** Units of the shortest word; infinite where there is none. */
  get shortest(): number {
    return this.#shortest;
  }

  /** False where the text lacks what every word has: most texts of an event, and nearly all that is unpacked, need not be folded. */
  mayBeIn(text: string): boolean {
    return text.includes('%') || (this.#bits & ~unitBitsOf(text)) === 0;
  }

  /** The same of bytes that are still packed. An escape that is packed, too, may stand for any unit. */
  mayBePacked({ bits, bytes, isAscii, hasEscape }: Outline): boolean {
    return unitsMaxOfLength(bytes, isAscii) >= this.#shortest && (hasEscape || (this.#bits & ~bits) === 0);
  }

  find(folded: Folded, text: string, fits: Fits, found: Found[]): void {
    this.#finder.find(folded.units, (index, end) => {
      const word = this.words[index];
      if (!word) return false;
      const [from, last] = [end - word.word.length, end - 1];
      const [start, stop] = [folded.starts[from] ?? 0, folded.ends[last] ?? 0];
      const length = (folded.places[last] ?? 0) - (folded.places[from] ?? 0) + 1;
      if (!fits({ text, start, end: stop, length, word })) return false;
      // Two patients whose identifiers differ by case alone: each gets its own where it stands as it is.
      found.push({ start, end: stop, replacement: this.#byIdentifier.get(text.slice(start, stop)) ?? word.replacement });
      return true;
    });
  }
}

function finderOf(words: readonly (readonly number[])[]): WordFinder {
  const units = words.reduce((sum, { length }) => sum + length, 0);
  return words.length <= fewWordsMax && units <= fewUnitsMax ? new FewWords(words) : new Automaton(words);
}

const zero = 0x30;

/** The identifier folded, without leading zeros, where enough of it is left to be found anywhere. */
function looseWords({ identifier }: Replacement): readonly (readonly number[])[] {
  const { units } = fold(identifier);
  if (units.includes(0)) return [];
  const bare = withoutZeros(units);
  const word = bare.length >= anywhereLengthMin ? bare : units;
  if (word.length < anywhereLengthMin) return [];
  const { withoutKey, whole } = nationalNumberLength;
  // A text may have it without its key, as its record may have had it.
  return word.length === whole && isNationalNumber(identifier) ? [word, word.slice(0, withoutKey)] : [word];
}

/** Identifiers of few letters and digits, as they are written, and without leading zeros. */
function exactWords(replacement: Replacement): readonly (readonly number[])[] {
  if (!replacement.identifier || looseWords(replacement).length) return [];
  const { units } = asWritten(replacement.identifier);
  const bare = withoutZeros(units);
  return bare.length >= bareLengthMin && bare.length < units.length ? [units, bare] : [units];
}

function withoutZeros(units: readonly number[]): readonly number[] {
  const from = units.findIndex((unit) => unit !== zero);
  return from < 0 ? [] : units.slice(from);
}

/** Few letters and digits are an identifier only without more between them than it has itself. */
function fitsLoosely({ length, word }: Span): boolean {
  return word.word.length >= looseLengthMin || length <= word.replacement.identifier.length;
}

function fitsExactly({ text, start, end, word }: Span): boolean {
  if (word.word.length >= anywhereLengthMin) return true;
  return !/[\p{L}\p{N}]$/u.test(text.slice(Math.max(0, start - 2), start)) && !/^[\p{L}\p{N}]/u.test(text.slice(end, end + 2));
}

function asWritten(text: string): Folded {
  const units = Array.from({ length: text.length }, (_, at) => text.charCodeAt(at));
  const starts = units.map((_, at) => at);
  return { units, starts, ends: starts.map((at) => at + 1), places: starts };
}

/** Stretches that overlap as one, by the name of the longest: nothing of any of them stays. */
function together(found: readonly Found[]): readonly Found[] {
  const merged: Found[] = [];
  for (const one of found.toSorted((a, b) => a.start - b.start || b.end - a.end)) {
    const last = merged.at(-1);
    if (!last || one.start >= last.end) merged.push(one);
    else {
      const longer = one.end - one.start > last.end - last.start ? one : last;
      merged[merged.length - 1] = { start: last.start, end: Math.max(last.end, one.end), replacement: longer.replacement };
    }
  }
  return merged;
}

/** Before an identifier, as they are and as percent escapes, perhaps of percent escapes. */
const zerosBefore = /(?:0|%(?:25){0,8}30){1,256}$/;

/** With the zeros before an identifier: how many there were tells its length. */
function replaced(text: string, found: readonly Found[]): string {
  const parts: string[] = [];
  let at = 0;
  for (const { start, end, replacement } of found) {
    const before = text.slice(at, start);
    parts.push(before.replace(zerosBefore, ''), replacement.pseudonym);
    at = end;
  }
  return parts.join('') + text.slice(at);
}
