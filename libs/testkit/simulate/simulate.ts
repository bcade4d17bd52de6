import { once } from 'node:events';
import { createWriteStream, writeFileSync } from 'node:fs';
import type { Writable } from 'node:stream';
import { finished } from 'node:stream/promises';
import { type Clock, isoOf } from '#libs/runtime/clock.js';
import { ProgressBar } from '#libs/runtime/progress-bar.js';
import type { SourceEvent } from '../hospital/event.js';
import { feed } from '../hospital/feed/feed.js';
import { dayMs } from '../hospital/local-time.js';
import { writeRegisters } from '../hospital/registers.js';
import { Simulation } from '../hospital/simulation.js';
import type { Truth } from '../hospital/truth.js';
import type { SimulateOptions } from './options.js';
import { Statistics, statisticsTable } from './statistics.js';

const chunkBytes = 256 * 1024;

export interface SimulateTools {
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly stdout: Writable;
  /** Progress and the summary. */
  readonly stderr: NodeJS.WriteStream;
}

/** Plays as the options say. When it is stopped, the truth of what was played so far is still written. Rejects with the signal's reason. */
export async function simulate(options: SimulateOptions, tools: SimulateTools): Promise<void> {
  const { group: groupId, ...rest } = options;
  const simulation = new Simulation({ ...simulationOptions(rest), groupId });
  if (options.registers) writeRegisters(simulation.hospital, options.registers);
  const run = new Run(options, simulation, tools);
  try {
    await (options.post === undefined ? run.write() : run.post(options.post));
  } finally {
    const truth = simulation.truth();
    if (options.truth) writeFileSync(options.truth, `${JSON.stringify(truth, null, 1)}\n`);
    run.sumUp(truth);
  }
}

function simulationOptions(given: Omit<SimulateOptions, 'group'>) {
  const { seed, start, days, staff, establishments, closed, patients, attacks, migration, massCasualtyDay, weeks } = given;
  return {
    seed,
    start,
    days,
    staff,
    establishments,
    closed,
    patients,
    attacks,
    migration,
    massCasualtyDay,
    ...(weeks.length > 0 && { weeks }),
  };
}

class Run {
  readonly #bar: ProgressBar;
  readonly #statistics = new Statistics();
  readonly #startedAt: number;
  #events = 0;
  #outcome = '';

  constructor(
    private readonly options: SimulateOptions,
    private readonly simulation: Simulation,
    private readonly tools: SimulateTools,
  ) {
    this.#bar = new ProgressBar(tools.stderr);
    this.#startedAt = tools.clock.monotonic();
  }

  async write(): Promise<void> {
    const { signal, stdout } = this.tools;
    const out = this.options.out === undefined ? stdout : createWriteStream(this.options.out);
    let chunk = '';
    for (const event of this.#limited()) {
      chunk += `${JSON.stringify(event)}\n`;
      if (chunk.length < chunkBytes) continue;
      const room = out.write(chunk);
      chunk = '';
      this.#show(Date.parse(event.time));
      // Also gives signals a chance to be heard.
      await (room ? new Promise((resolve) => setImmediate(resolve)) : once(out, 'drain', { signal }));
      signal.throwIfAborted();
    }
    out.write(chunk);
    if (out === stdout) return;
    out.end();
    await finished(out);
  }

  async post(url: string): Promise<void> {
    const { token, batch, lanes, speed } = this.options;
    const { clock, signal } = this.tools;
    const onProgress = ({ at }: { readonly at: number }) => this.#show(at);
    const pace = speed || Number.POSITIVE_INFINITY;
    const sent = await feed({ events: this.#limited(), url, token, batch, lanes, speed: pace, clock, signal, onProgress });
    this.#outcome = `${count(sent.accepted)} accepted, ${count(sent.refused)} refused, ${count(sent.retries)} batches sent again`;
    for (const refusal of sent.refusals) this.#outcome += `\n  refused: ${refusal}`;
  }

  sumUp(truth: Truth): void {
    const { stderr, clock } = this.tools;
    this.#bar.end();
    const seconds = (clock.monotonic() - this.#startedAt) / 1000;
    stderr.write(`${count(this.#events)} events in ${seconds.toFixed(1)} s (${count(Math.round(this.#events / seconds))}/s)\n`);
    if (this.#outcome) stderr.write(`${this.#outcome}\n`);
    for (const { name, actors, begins, patients, clinics } of truth.attacks)
      stderr.write(
        `planted: ${name} from ${begins}, ${count(patients)} patients of ${clinics.length} clinics, by ${actors.slice(0, 3).join(', ')}` +
          `${actors.length > 3 ? ` and ${actors.length - 3} more` : ''}\n`,
      );
    if (truth.attacks.length === 0) stderr.write('planted: nothing that begins within these events\n');
    if (this.options.stats) stderr.write(`${statisticsTable(this.#statistics.figures())}\n`);
  }

  *#limited(): Generator<SourceEvent> {
    for (const event of this.simulation.events()) {
      this.#events += 1;
      if (this.options.stats) this.#statistics.note(event);
      yield event;
      if (this.#events >= this.options.limit) return;
    }
  }

  #show(at: number): void {
    const { start, days, limit } = this.options;
    const seconds = (this.tools.clock.monotonic() - this.#startedAt) / 1000;
    const share = Math.max((at - start) / (days * dayMs), this.#events / limit);
    this.#bar.show(
      share,
      `${isoOf(at).slice(0, 16)}   ${count(this.#events)} events, ${count(Math.round(this.#events / seconds))}/s`,
    );
  }
}

function count(value: number): string {
  return value.toLocaleString('en');
}
