import type { AccessRow } from '#libs/contracts/access-row.js';
import { actions, categories, outcomes } from '#libs/contracts/vocabulary.js';
import { parseWhole } from '../scan/frame-scanner.js';
import { accountOf, between, groupEndOf, optionalPlaces } from '../scan/row-layout.js';
import { isoOfMs } from '../scan/iso-time.js';
import type { Field } from '../rule/rule.js';
import type { Atom } from '../rules/match/atoms.js';
import { asksPresence, instantsOf, wordsOnly } from '../rules/match/match-parts.js';
import { compilePredicate, type Predicate } from '../rules/match/predicate.js';
import type { ScannedRow } from '../scan/scanned-row.js';
import { placeOf } from '../scan/subject-reader.js';
import { ByBytes } from './by-bytes.js';
import { NameLists } from './name-lists.js';
import { jsonText, type Texts } from '../memory/texts.js';
import { outside } from '../scan/outside.js';
import type { AccountNumber } from '../scan/kinds.js';

const quarterMs = 900_000;
/** Stretches of time whose answers are remembered: some ten days. */
const stretchesMax = 1_024;
const hexDigits = 32;
/** Ends of the first 32 bits of a pseudonym, a power of two. */
const markedHeads = 65_536;

/** Keeps the class of an account plus one, 0 where it was not asked; a new account begins with that. */
export interface AccountAnswers {
  answers(account: AccountNumber): number;
  setAnswers(account: AccountNumber, answers: number): void;
}

/** Puts the values of one field into classes of equal answers to some questions. */
export class FieldClasses {
  readonly #questions: readonly Predicate[];
  readonly #byAnswers = new Map<string, number>();
  #lastAccountClass = 0;
  /** Of an optional field: its place among the keys of a row, -1 for one that every row has. */
  readonly place: number;
  /** The class of rows without the field, where it is optional. */
  readonly absent: number;
  /** The class of rows with it, where only presence is asked. */
  readonly #there: number;
  /** Classes of its values, where more is asked. */
  readonly #remembered: ByBytes | undefined;
  /** The class of a field that every row has. */
  readonly read: (row: ScannedRow) => number;
  #deeds: readonly number[] = [];

  constructor(
    readonly field: Field,
    atoms: readonly Atom[],
    private readonly texts: Texts,
    private readonly bySubject: boolean,
    private readonly accounts: AccountAnswers | undefined,
  ) {
    this.#questions = [...new Map(atoms.map(({ match }) => [JSON.stringify(match), match])).values()].map(compilePredicate);
    this.place = optionalPlaces[field] ?? -1;
    this.absent = this.place < 0 ? 0 : this.#ask({});
    const isPresence = this.place >= 0 && asksPresence(atoms);
    this.#there = isPresence ? this.#ask({ [field]: '?' }) : 0;
    this.#remembered =
      this.place < 0 || isPresence ? undefined : new ByBytes((bytes, start, end) => this.#ask(rowWith(field, bytes, start, end)));
    this.read = this.#reader(atoms);
  }

  /** Classes met so far. */
  get count(): number {
    return this.#byAnswers.size;
  }

  /** Whether its value is asked for and not only whether there is one. */
  get asksValue(): boolean {
    return this.#remembered !== undefined;
  }

  /** The class of an action or outcome by its number in the vocabulary, whichever of both the field is; 0 of any other. */
  deedOf(action: number, outcome: number): number {
    return this.#deeds[this.field === 'action' ? action : outcome] ?? 0;
  }

  anyOf(row: ScannedRow): number {
    return this.place < 0 ? this.read(row) : this.optionalOf(row);
  }

  /** The same of an optional field, by its bytes as they lie in the line. */
  optionalOf({ bytes, view, starts, ends }: ScannedRow): number {
    const { place } = this;
    const end = ends[place] ?? outside();
    if (end === 0) return this.absent;
    return this.#remembered ? this.#remembered.of(bytes, view, starts[place] ?? outside(), end) : this.#there;
  }

  #ask(row: Partial<AccessRow>): number {
    const answers = this.#questions.map((question) => (question(row) ? '1' : '0')).join('');
    const known = this.#byAnswers.get(answers);
    if (known !== undefined) return known;
    this.#byAnswers.set(answers, this.#byAnswers.size);
    return this.#byAnswers.size - 1;
  }

  #reader(atoms: readonly Atom[]): (row: ScannedRow) => number {
    const { field } = this;
    switch (field) {
      case 'action': {
        const classes = actions.map((action) => this.#ask({ action }));
        this.#deeds = classes;
        return (row) => classes[row.action] ?? outside();
      }
      case 'outcome': {
        const classes = outcomes.map((outcome) => this.#ask({ outcome }));
        this.#deeds = classes;
        return (row) => classes[row.outcome] ?? outside();
      }
      case 'patient_id':
        return this.#patients(atoms);
      case 'clinic_id':
        return this.#clinics();
      case 'time':
        return this.#times(atoms);
      case 'categories':
        return this.#categories();
      case 'group_id':
      case 'actor_id':
        return this.bySubject ? this.#owners(atoms) : this.#accounts(atoms);
      default:
        return this.#wide();
    }
  }

  /** Only presence is asked, mostly, or whether the patient is on a list: then the first 32 bits tell nearly all others apart. */
  #patients(atoms: readonly Atom[]): (row: ScannedRow) => number {
    const none = this.#ask({ patient_id: '' });
    const words = wordsOnly(atoms.map(({ match }) => match));
    const other = this.#ask({ patient_id: 'no pseudonym' });
    const heads = new Set(
      (words ?? []).filter((word) => word.length === hexDigits).map((word) => parseInt(word.slice(0, 8), 16)),
    );
    // Most are on no list, which one byte says without a number made for the set.
    const marked = new Uint8Array(markedHeads);
    for (const head of heads) marked[head & (markedHeads - 1)] = 1;
    return (row) => {
      if (!row.hasPatient) return none;
      if (words && (marked[row.patient0 & (markedHeads - 1)] === 0 || !heads.has(row.patient0))) return other;
      return this.#ask({ patient_id: hexOf(row.patient0) + hexOf(row.patient1) + hexOf(row.patient2) + hexOf(row.patient3) });
    };
  }

  /** What is asked of group and account is asked once per account, which the caller has looked up. */
  #accounts(atoms: readonly Atom[]): (row: ScannedRow) => number {
    const unlisted = this.#unlisted(atoms);
    return (row) => {
      const known = this.accounts?.answers(row.account) ?? 0;
      if (known !== 0) return known - 1;
      const found = unlisted(row.bytes, row.view, row.accountStart, row.accountEnd);
      this.#lastAccountClass = found >= 0 ? found : this.#ask(accountOf(row.bytes, row.accountStart, row.accountEnd));
      if (row.account !== 0) this.noteAccount(row.account);
      return this.#lastAccountClass;
    };
  }

  /**
   * The class of an account that is on no list, which its group alone says, without a text of its name; -1 of one that may be on a list, or where other things
   * are asked of names. Asked with where group and account stand.
   */
  #unlisted(atoms: readonly Atom[]): (bytes: Uint8Array, view: DataView, start: number, end: number) => number {
    const names = wordsOnly(atoms.filter(({ field }) => field === 'actor_id').map(({ match }) => match));
    if (!names) return () => -1;
    const lists = new NameLists(names);
    // The longest name and one letter more is on no list.
    const actor_id = `${names.toSorted((a, b) => b.length - a.length)[0] ?? ''}?`;
    const groups = new ByBytes((bytes, start, end) => this.#ask({ group_id: jsonText(bytes, start, end), actor_id }));
    return (bytes, view, start, end) => {
      const groupEnd = groupEndOf(bytes, start, end);
      if (groupEnd < 0 || lists.mayHold(bytes, groupEnd + between.length, end)) return -1;
      return groups.of(bytes, view, start, groupEnd);
    };
  }

  /** The same where rows belong to another subject, so that nobody has looked the account up. */
  #owners(atoms: readonly Atom[]): (row: ScannedRow) => number {
    const unlisted = this.#unlisted(atoms);
    const remembered = new ByBytes((bytes, start, end) => this.#ask(accountOf(bytes, start, end)));
    return ({ bytes, view, ownerStart, ownerEnd }) => {
      const found = unlisted(bytes, view, ownerStart, ownerEnd);
      return found >= 0 ? found : remembered.of(bytes, view, ownerStart, ownerEnd);
    };
  }

  /** Gives an account the class that the last row's account was found to have. */
  noteAccount(account: AccountNumber): void {
    this.accounts?.setAnswers(account, this.#lastAccountClass + 1);
  }

  #clinics(): (row: ScannedRow) => number {
    const { texts, bySubject } = this;
    const classes: number[] = [];
    const nameOf = (text: string): string => (bySubject ? placeOf(text).clinic : text);
    return ({ clinic }) => (classes[clinic] ??= this.#ask({ clinic_id: nameOf(texts.text(clinic)) }));
  }

  /** Answers on local hours and days hold for a quarter of an hour, since no time zone differs by less; instants cut that further. */
  #times(atoms: readonly Atom[]): (row: ScannedRow) => number {
    const instants = atoms.flatMap(({ match }) => instantsOf(match)).toSorted((a, b) => a - b);
    let from = 0;
    let until = 0;
    let known = 0;
    /** By the beginning of the stretch: accounts whose past is judged one after the other go through the same days again and again. */
    const classes = new Map<number, number>();
    return ({ time }) => {
      if (time >= from && time < until) return known;
      from = Math.floor(time / quarterMs) * quarterMs;
      until = from + quarterMs;
      for (const instant of instants) if (instant <= time && instant > from) from = instant;
      for (const instant of instants) if (instant > time && instant < until) until = instant;
      known = classes.get(from) ?? this.#ask({ time: isoOfMs(time) });
      if (classes.size >= stretchesMax) classes.clear();
      classes.set(from, known);
      return known;
    };
  }

  #categories(): (row: ScannedRow) => number {
    const classes: number[] = [];
    return ({ categoryMask: mask }) =>
      (classes[mask] ??= this.#ask({ categories: categories.filter((_, bit) => (mask & (1 << bit)) !== 0) }));
  }

  /** Fields that the scan gives no place of their own; rules that ask them are rare. */
  #wide(): (row: ScannedRow) => number {
    return (row) => this.#ask(parseWhole(row));
  }
}

function hexOf(word: number): string {
  return word.toString(16).padStart(8, '0');
}

/** A row that holds nothing but the field, from its bytes: text without its quotes, anything else as it stands. */
function rowWith(field: Field, bytes: Uint8Array, start: number, end: number): Partial<AccessRow> {
  const isText = bytes[start - 1] === 0x22;
  const value: unknown = isText
    ? jsonText(bytes, start, end)
    : JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString());
  return { [field]: value };
}
