import { printable } from '#libs/contracts/visible-text.js';

/** What is wrong in a rule file, for the person who wrote it. */
export interface RuleMistake {
  readonly file: string;
  /** From 1. */
  readonly line: number;
  readonly reason: string;
}

/** Collects what is wrong in one file, so that a person sees every mistake of every file in one go. */
export class Mistakes {
  readonly #file: string;
  readonly #all: RuleMistake[];

  constructor(file: string, all: RuleMistake[]) {
    this.#file = file;
    this.#all = all;
  }

  /** Notes a mistake and gives `undefined`, so that a reader can return it. */
  at(line: number, reason: string): undefined {
    this.#all.push({ file: this.#file, line, reason });
    return undefined;
  }

  get count(): number {
    return this.#all.length;
  }
}

/** `file:line: reason`, as editors and terminals understand it, in one line whatever the names in it hold. */
export function mistakeText(mistake: RuleMistake): string {
  return printable(`${mistake.file}:${mistake.line}: ${mistake.reason}`);
}

/** A value as it is shown in a mistake: quoted, and cut at 60 characters. */
export function shown(text: string): string {
  return JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}...` : text);
}

/** `a, b or c`. */
export function anyOf(words: readonly string[], last = 'or'): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} ${last} ${words.at(-1)}`;
}
