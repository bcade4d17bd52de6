import { ruleLimits } from '../text/limits.js';
import { joined as joinedMatch, not, sizeOf } from '../match/match.js';
import type { Match } from '../match/match.js';
import { shown } from '../text/mistakes.js';

/** A condition as written: names are not looked up yet. */
export type Condition =
  | { readonly op: 'and' | 'or'; readonly of: readonly Condition[] }
  | { readonly op: 'not'; readonly of: Condition }
  | { readonly op: 'name'; readonly name: string }
  /** `1 of x*`, `any of x*`, `all of x*`, `1 of them`. `names` may hold stars. */
  | { readonly op: 'of'; readonly count: 'one' | 'all'; readonly names: string };

export class ConditionRefused extends Error {}

/** Reads `a and not (b or 1 of c*)`: `not` binds tighter than `and`, `and` tighter than `or`; words in lower case. Throws ConditionRefused. */
export function parseCondition(source: string): Condition {
  if (source.includes('|'))
    throw new ConditionRefused('the old form with | (count, near) is not taken; write a correlation of type value_count');
  const words = source.match(/[()]|[^\s()]+/g) ?? [];
  if (words.length === 0) throw new ConditionRefused('it is empty; name an entry of detection');
  const shouted = words.find((word) => /^(and|or|not|of|all|any|them)$/i.test(word) && word !== word.toLowerCase());
  if (shouted !== undefined)
    throw new ConditionRefused(`the word ${shown(shouted)} is written in lower case, as Sigma has it: ${shouted.toLowerCase()}`);
  if (words.length > ruleLimits.conditionNodes)
    throw new ConditionRefused(`it has more than ${ruleLimits.conditionNodes} words; use 1 of or all of`);
  return new ConditionParser(words).parse();
}

class ConditionParser {
  readonly #words: readonly string[];
  #at = 0;
  #depth = 0;

  constructor(words: readonly string[]) {
    this.#words = words;
  }

  parse(): Condition {
    const condition = this.#or();
    const rest = this.#words[this.#at];
    if (rest === ')') throw new ConditionRefused('it closes a parenthesis that was not opened');
    if (rest !== undefined) throw new ConditionRefused(`${shown(rest)} follows without and or or`);
    return condition;
  }

  #is(word: string): boolean {
    if (this.#words[this.#at] !== word) return false;
    this.#at += 1;
    return true;
  }

  #or(): Condition {
    const of = [this.#and()];
    while (this.#is('or')) of.push(this.#and());
    return joined('or', of);
  }

  #and(): Condition {
    const of = [this.#not()];
    while (this.#is('and')) of.push(this.#not());
    return joined('and', of);
  }

  #not(): Condition {
    this.#depth += 1;
    if (this.#depth > ruleLimits.depth)
      throw new ConditionRefused(`it nests more than ${ruleLimits.depth} deep; write it flatter`);
    const condition: Condition = this.#is('not') ? { op: 'not', of: this.#not() } : this.#operand();
    this.#depth -= 1;
    return condition;
  }

  #operand(): Condition {
    const word = this.#words[this.#at];
    if (word === undefined) throw new ConditionRefused('it ends where the name of an entry should follow');
    this.#at += 1;
    if (word === '(') {
      const inner = this.#or();
      if (!this.#is(')')) throw new ConditionRefused('a ( is not closed');
      return inner;
    }
    if (/^(and|or|of|\))$/.test(word)) throw new ConditionRefused(`${shown(word)} stands where the name of an entry should be`);
    if (!this.#is('of')) return { op: 'name', name: word };
    const count = word === '1' || word === 'any' ? 'one' : word === 'all' ? 'all' : undefined;
    if (!count) throw new ConditionRefused(`${shown(`${word} of`)} is not taken; write 1 of (any of says the same) or all of`);
    const names = this.#words[this.#at];
    if (names === undefined || names === '(' || names === ')')
      throw new ConditionRefused('of needs a name such as selection* or them');
    this.#at += 1;
    return { op: 'of', count, names };
  }
}

function joined(op: 'and' | 'or', of: readonly Condition[]): Condition {
  const [only] = of;
  return of.length === 1 && only ? only : { op, of };
}

/** What the names of a condition stand for, and what was seen on the way. */
export interface Names {
  readonly searches: ReadonlyMap<string, Match>;
  /** Names that the condition uses. */
  readonly used: Set<string>;
  /** Patterns of `of` that meet no name and were left out. */
  readonly unmet: Set<string>;
  /** The key that holds the entries, as mistakes shall name it. */
  readonly holder: string;
}

/** What `1 of x*` and `all of x*` are where no name meets `x*`: one of none never holds, all of none always do. */
type Constant = boolean;

/**
 * The meaning of a condition. A pattern that meets no name falls out where it says nothing either way (`and not 1 of x*`, `or 1 of x*`, `and all
 * of x*`): there logic and pySigma, which leaves it out wherever it stands, agree. Throws ConditionRefused where they do not, and for a name that is none.
 */
export function resolve(condition: Condition, names: Names): Match {
  const match = resolveTerm(condition, names);
  if (typeof match === 'boolean') throw refusedOf([...names.unmet][0] ?? '', names);
  return match;
}

function resolveTerm(condition: Condition, names: Names): Match | Constant {
  switch (condition.op) {
    case 'name': {
      const search = names.searches.get(condition.name);
      if (!search)
        throw new ConditionRefused(
          `it names ${shown(condition.name)}, which ${names.holder} does not hold; there is ${entriesOf(names)}`,
        );
      names.used.add(condition.name);
      return search;
    }
    case 'of':
      return resolveOf(condition, names);
    case 'not': {
      const inner = resolveTerm(condition.of, names);
      return typeof inner === 'boolean' ? !inner : not(inner);
    }
    default:
      return resolveJoined(condition, names);
  }
}

function resolveOf({ count, names: pattern }: Extract<Condition, { op: 'of' }>, names: Names): Match | Constant {
  const met = [...names.searches.keys()].filter((name) => meets(name, pattern));
  if (met.length === 0) {
    names.unmet.add(pattern);
    return count === 'all';
  }
  for (const name of met) names.used.add(name);
  const of = met.flatMap((name) => names.searches.get(name) ?? []);
  return bounded(joinedMatch(count === 'one' ? 'or' : 'and', of));
}

function resolveJoined({ op, of }: Extract<Condition, { op: 'and' | 'or' }>, names: Names): Match | Constant {
  const nothing = op === 'and';
  const terms = of.map((child) => ({ child, term: resolveTerm(child, names) }));
  const decides = terms.find(({ term }) => term === !nothing);
  if (decides) throw refusedOf(patternIn(decides.child), names);
  const matches = terms.flatMap(({ term }) => (typeof term === 'boolean' ? [] : [term]));
  if (matches.length === 0) return nothing;
  return bounded(joinedMatch(op, matches));
}

/** A pattern of a condition that came to a constant, so that every name in it is one. */
function patternIn(condition: Condition): string {
  if (condition.op === 'of') return condition.names;
  if (condition.op === 'name') return condition.name;
  const [first] = condition.op === 'not' ? [condition.of] : condition.of;
  return first ? patternIn(first) : '';
}

function refusedOf(pattern: string, names: Names): ConditionRefused {
  return new ConditionRefused(`${shown(pattern)} meets no entry of ${names.holder}; there is ${entriesOf(names)}`);
}

function entriesOf({ searches }: Names): string {
  return [...searches.keys()].join(', ') || 'nothing';
}

/** Names that begin with an underscore are helpers: `them` and patterns leave them out, unless the pattern begins with one too. */
function meets(name: string, names: string): boolean {
  if (name.startsWith('_') && !names.startsWith('_')) return false;
  if (names === 'them') return true;
  const [head = '', ...tails] = names.split('*');
  if (tails.length === 0) return name === names;
  let at = head.length;
  if (!name.startsWith(head)) return false;
  for (const [index, tail] of tails.entries()) {
    if (index === tails.length - 1) return name.endsWith(tail) && name.length - tail.length >= at;
    const found = name.indexOf(tail, at);
    if (found < 0) return false;
    at = found + tail.length;
  }
  return false;
}

function bounded(match: Match): Match {
  if (sizeOf(match) > ruleLimits.conditionNodes * 100)
    throw new ConditionRefused('written out it is too large; name each entry once');
  return match;
}
