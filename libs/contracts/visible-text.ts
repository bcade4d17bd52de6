/**
 * Nothing is drawn for these: fillers, joiners, direction marks and overrides, variation selectors, tags, separators of lines and
 * paragraphs. Unicode's Default_Ignorable_Code_Point, and what it leaves out of this kind.
 */
const invisible = /[\p{Default_Ignorable_Code_Point}\u2028\u2029\ufff9-\ufffb]/gu;
const blanks = /\p{Zs}/gu;
/** Nearly every name: nothing to do. */
const plain = /^(?:[\x21-\x7e]+(?: +[\x21-\x7e]+)*)?$/;

/**
 * The one spelling of a name that is counted or looked up: composed (NFC), every blank a plain one, and without what nobody can see. Two
 * names that look alike because of such characters would be two accounts, each with half of the accesses.
 */
export function visibleName(text: string): string {
  if (plain.test(text)) return text;
  return text.replaceAll(invisible, '').replaceAll(blanks, ' ').normalize('NFC').trim();
}

/** Whether a name is already in its one spelling, and has no blank. */
export function isPlainName(text: string): boolean {
  return plain.test(text);
}

/** What a terminal obeys or hides instead of showing: controls, formats, halves of characters, and the invisible ones. */
const unprintable = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu;
const unprintableInLines = new RegExp(`(?!\\n)${unprintable.source}`, 'gu');

/**
 * A value with every text in it, at any depth, fit for a terminal: what would move the cursor, turn letters around or hide is written as
 * `\u202e`. Line ends too, so that a name cannot add a line of its own to a table.
 */
export function printable<T>(value: T): T;
export function printable(value: unknown): unknown {
  if (typeof value === 'string') return value.replaceAll(unprintable, escaped);
  if (Array.isArray(value)) return value.map((one: unknown) => printable(one));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [printable(key), printable(one)]));
}

/** A whole text whose lines are ours, fit for a terminal. Of JSON, the same JSON: its escapes are written in the same way. */
export function printableLines(text: string): string {
  return text.replaceAll(unprintableInLines, escaped);
}

function escaped(character: string): string {
  return [...Array(character.length).keys()].map((at) => `\\u${character.charCodeAt(at).toString(16).padStart(4, '0')}`).join('');
}
