// yardstick/: what all benchmarks have in common: how they tell what they found, the machine and its load, and the plain programs beside them.
// A benchmark itself lies in the folder over it and prints nothing by itself.

import { writeSync } from 'node:fs';
import { basename } from 'node:path';
import { type Load, loadNow, type Machine, machine, ownMicros, type Versions, versions } from './machine.js';

/** What a figure should come to, in its own unit; either end, or both. */
export interface Goal {
  readonly atLeast?: number;
  readonly atMost?: number;
}

interface Judged {
  readonly goal?: Goal;
  /** There where a goal is. */
  readonly isMet?: boolean;
}

export interface Figure extends Judged {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
}

/** How many times what stands beside it, measured in the same run. */
export interface Ratio extends Judged {
  readonly name: string;
  readonly value: number;
  readonly beside: string;
}

/** What must hold and is no figure. */
export interface Verdict {
  readonly words: string;
  readonly isMet: boolean;
}

/** What `npm run bench -- NAME --json` gives: one document a benchmark, each on a line of its own. `format` is raised when a field changes its meaning. */
export interface BenchDocument {
  readonly format: 1;
  readonly bench: string;
  readonly startedAt: string;
  /** By the clock, and of this process's processors. */
  readonly seconds: number;
  readonly processorSeconds: number;
  readonly versions: Versions;
  readonly machine: Machine;
  readonly load: { readonly start: Load; readonly end: Load };
  readonly figures: readonly Figure[];
  readonly ratios: readonly Ratio[];
  readonly verdicts: readonly Verdict[];
  /** What is told in words, tables among it. */
  readonly notes: readonly string[];
  /** Of the process: not 0 where it failed, or a goal was missed that must hold. */
  readonly exitCode: number;
}

export interface ReportTools {
  readonly bench: string;
  /** Lines for people, without their end. */
  readonly say: (line: string) => void;
  /** Takes the document at the end; without it there is none. */
  readonly give?: (document: BenchDocument) => void;
}

/** Collects what a benchmark finds and tells it at once; at the end the load, and the document where one is wanted. */
export class Report {
  readonly #startedAt = Date.now();
  readonly #begun = performance.now();
  readonly #startLoad = loadNow();
  readonly #figures: Figure[] = [];
  readonly #ratios: Ratio[] = [];
  readonly #verdicts: Verdict[] = [];
  readonly #notes: string[] = [];
  #hasBegun = false;

  constructor(private readonly tools: ReportTools) {}

  /** `unit` as in `rows/s` or `ms`; what is counted has the name of what it counts. */
  figure(name: string, value: number, unit: string, goal?: Goal): void {
    const figure = { name, value, unit, ...judged(value, goal) };
    this.#figures.push(figure);
    this.#say(`${name}: ${text(value)} ${unit}${told(figure)}`);
  }

  /** `beside`: what it is measured against, in words that follow "times". */
  ratio(name: string, value: number, beside: string, goal?: Goal): void {
    const ratio = { name, value, beside, ...judged(value, goal) };
    this.#ratios.push(ratio);
    this.#say(`${name}: ${text(value)} times ${beside}${told(ratio)}`);
  }

  verdict(words: string, isMet: boolean): void {
    this.#verdicts.push({ words, isMet });
    this.#say(`${words}: ${isMet ? 'met' : 'MISSED'}`);
  }

  note(words: string): void {
    this.#notes.push(words);
    this.#say(words);
  }

  /** Whether every goal was met so far, and every verdict. */
  get isMet(): boolean {
    return [...this.#figures, ...this.#ratios, ...this.#verdicts].every(({ isMet = true }) => isMet);
  }

  /** Called once, when the process ends; a process that told nothing was none of a benchmark's own. */
  end(exitCode: number): void {
    if (!this.#hasBegun) return;
    const load = { start: this.#startLoad, end: loadNow() };
    const seconds = (performance.now() - this.#begun) / 1000;
    const processorSeconds = ownMicros() / 1e6;
    this.#say(
      `load ${text(load.start[0])} at the start, ${text(load.end[0])} at the end; ${text(seconds)} s, ${text(processorSeconds)} s of the processor`,
    );
    this.tools.give?.({
      format: 1,
      bench: this.tools.bench,
      startedAt: new Date(this.#startedAt).toISOString(),
      seconds,
      processorSeconds,
      versions: versions(),
      machine: machine(),
      load,
      figures: this.#figures,
      ratios: this.#ratios,
      verdicts: this.#verdicts,
      notes: this.#notes,
      exitCode,
    });
  }

  #say(line: string): void {
    if (!this.#hasBegun) {
      this.#hasBegun = true;
      const { processor, cores } = machine();
      const { node } = versions();
      const [load] = this.#startLoad;
      const day = new Date(this.#startedAt).toISOString().slice(0, 10);
      this.tools.say(`${processor}, ${cores} cores, node ${node}, ${day}, load ${text(load)}`);
    }
    this.tools.say(line);
  }
}

/** Of this process, whose benchmark has the name of its file. With `BENCH_JSON` people are told on the other stream. */
export const report = ownReport();

function ownReport(): Report {
  const isJson = process.env['BENCH_JSON'] !== undefined;
  const own = new Report({
    bench: basename(process.argv[1] ?? '', '.js'),
    say: (line) => void writeSync(isJson ? 2 : 1, `${line}\n`),
    ...(isJson && { give: (document) => void writeSync(1, `${JSON.stringify(document)}\n`) }),
  });
  process.once('exit', (code) => own.end(code));
  return own;
}

function judged(value: number, goal: Goal | undefined): Judged {
  if (!goal) return {};
  const { atLeast = -Infinity, atMost = Infinity } = goal;
  return { goal, isMet: value >= atLeast && value <= atMost };
}

function told({ goal, isMet }: Judged): string {
  if (!goal) return '';
  const ends = [
    ...(goal.atLeast === undefined ? [] : [`at least ${text(goal.atLeast)}`]),
    ...(goal.atMost === undefined ? [] : [`at most ${text(goal.atMost)}`]),
  ];
  return ` (goal: ${ends.join(', ')}: ${isMet ? 'met' : 'MISSED'})`;
}

/** Three digits that count; whole numbers whole. */
export function text(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  if (Number.isInteger(value) || Math.abs(value) >= 1000) return Math.round(value).toLocaleString('en');
  return String(Number(value.toPrecision(3)));
}
