import { Engine, type EngineOptions } from '#libs/detection/engine.js';
import { lanesOf, type Rule } from '#libs/detection/rule/rule.js';
import type { HabitModel } from '#libs/habits/habit-model.js';
import type { AccountDay } from '#libs/habits/seams.js';
import { type PlayedEvent, Simulation, type SimulationOptions } from '../hospital/simulation.js';
import { Learning } from './learning.js';
import { rowLines, simulatedSource } from './rows.js';
import { Stamps } from './stamps.js';
import { TruthBook } from './truth-book.js';
import { IncidentLog, type Played } from './verdict.js';

export interface RulesForPlay {
  readonly rules: readonly Rule[];
  /** The same with the exceptions that were declared; left out where none is. */
  readonly excepted?: { readonly rules: readonly Rule[]; readonly actors: ReadonlySet<string>; readonly exceptions: number };
  /** False incidents a week that the learned rules may make; 1 where it is left out. */
  readonly budget?: number;
  /** Hears of every completed day as it is given to the model of habits. */
  readonly onDay?: (day: AccountDay) => void;
  /** Hears of the model of every day as that day begins. */
  readonly onModel?: (model: HabitModel) => void;
  /** Whether nobody says of any incident what it was, so that nothing that was told is learned. */
  readonly withoutVerdicts?: boolean;
}

/** Events in the order in which they arrive, and what is known of where they come from. */
export interface Traffic {
  readonly groupId: string;
  readonly seed: number;
  readonly days: number;
  readonly staff: number;
  readonly serviceAccounts: readonly string[];
  /** Whether the ingestors know no links, `VIGIE_CARE_LINK=off`. */
  readonly withoutLinks?: boolean;
  readonly played: () => Iterable<PlayedEvent>;
}

/** As the services have them by default. */
const quietMs = 24 * 3_600_000;
const allowedLatenessMs = 15 * 60_000;
/** Frames of accounts that no attack uses may be large: only how much an attack has got when it is told is measured to the event. */
const frameLingerMs = 10_000;
const frameBytesMax = 256 * 1024;

/**
 * Plays a simulated hospital through the engine and judges what is told by the truth. Each event of an account that an attack uses ends a
 * frame, as it does where events come one by one. The clock is that of arrivals: where nothing is late every delay is that of the rules alone.
 * `onProgress` gets it, now and then.
 */
export function play(options: SimulationOptions, rules: RulesForPlay, onProgress: (atMs: number) => void = () => {}): Played {
  return playTraffic(hospitalTraffic(options), rules, onProgress);
}

/** A simulated hospital as traffic, to be played once. */
export function hospitalTraffic(options: SimulationOptions): Traffic {
  const simulation = new Simulation(options);
  const { serviceAccounts } = simulation.hospital;
  return { ...options, serviceAccounts, played: () => simulation.played() };
}

/** The same with events of whatever origin. */
export function playTraffic(traffic: Traffic, rules: RulesForPlay, onProgress: (atMs: number) => void = () => {}): Played {
  return new Play(traffic, rules).run(onProgress);
}

class Play {
  readonly #book = new TruthBook();
  readonly #main: Judging;
  /** What the announced accounts would have raised without exceptions: accounts are judged each on its own, so nobody else's rows are needed. */
  readonly #bare: Judging | undefined;
  readonly #learning: Learning;
  readonly #stamps: Stamps;
  readonly #source;
  #events = 0;
  #rows = 0;

  constructor(
    private readonly traffic: Traffic,
    private readonly given: RulesForPlay,
  ) {
    this.#source = simulatedSource(traffic.groupId);
    const rules = given.excepted?.rules ?? given.rules;
    this.#learning = new Learning(rules, this.#book, given);
    this.#stamps = new Stamps(traffic.serviceAccounts, !traffic.withoutLinks);
    const { habits } = this.#learning;
    this.#main = new Judging(rules, { habits }, this.#book, this.#stamps);
    // What it counts is what is usual without the announced work: it learns nothing of its own.
    if (given.excepted) this.#bare = new Judging(given.rules, { habits, givesNoDays: true }, this.#book);
  }

  run(onProgress: (atMs: number) => void): Played {
    let frameFrom = 0;
    for (const played of this.traffic.played()) {
      const made = Date.parse(played.event.time);
      const at = played.receivedMs ?? made;
      if (at - frameFrom >= frameLingerMs || this.#main.isFull) {
        this.#flush();
        frameFrom = at;
      }
      if (this.#learning.isNewDay(at)) {
        this.#flush();
        this.#learning.beginDay(played.event.group_id, at, this.#main.engines);
      }
      this.#book.note(played, made);
      const lines = rowLines(played.sent ?? played.event, this.#source, this.#stamps, at);
      this.#main.add(lines, at);
      if (this.given.excepted?.actors.has(played.event.actor_id)) this.#bare?.add(lines, at);
      this.#events += 1;
      this.#rows += lines.length;
      if (this.#book.isUsed(played.event.actor_id)) this.#flush();
      if (this.#events % 10_000 === 0) onProgress(at);
    }
    this.#main.end();
    this.#bare?.end();
    return this.#sumUp();
  }

  #flush(): void {
    this.#main.flush();
    this.#bare?.flush();
  }

  #sumUp(): Played {
    const { seed, days, staff } = this.traffic;
    const falseIncidents = this.#main.log.falseIncidents();
    const actors = this.given.excepted?.actors;
    const others = actors ? falseIncidents.filter(({ actorId }) => !actors.has(actorId)) : falseIncidents;
    return {
      seed,
      days,
      staff,
      events: this.#events,
      rows: this.#rows,
      attacks: this.#book.attacks(),
      falseIncidents,
      falseWithoutExceptions: [...others, ...(this.#bare?.log.falseIncidents() ?? [])],
      exceptions: this.given.excepted?.exceptions ?? 0,
    };
  }
}

/** An engine with the frame that is being filled for it. */
class Judging {
  readonly log: IncidentLog;
  /** Of accounts, and of every other subject that rules ask for. */
  readonly engines: readonly Engine[];
  #frame = '';
  #offset = 0;
  #newestMs = 0;

  constructor(
    rules: readonly Rule[],
    learned: Pick<EngineOptions, 'habits' | 'givesNoDays'>,
    book: TruthBook,
    /** Who hears of incidents; nobody where people would not. */
    private readonly told?: Stamps,
  ) {
    this.log = new IncidentLog(book);
    const options = { rules, quietMs, allowedLatenessMs, ...learned };
    this.engines = [new Engine(options), ...lanesOf(rules).map((subject) => new Engine({ ...options, subject }))];
  }

  get isFull(): boolean {
    return this.#frame.length >= frameBytesMax;
  }

  add(lines: readonly string[], at: number): void {
    this.#frame += `${lines.join('\n')}\n`;
    this.#newestMs = at;
  }

  flush(): void {
    if (!this.#frame) return;
    const frame = { offset: this.#offset, bytes: Buffer.from(this.#frame) };
    for (const engine of this.engines) {
      const { rejected } = engine.apply(frame, this.#newestMs);
      if (rejected[0]) throw new Error(`the engine refused a row: ${rejected[0].detail}`);
    }
    this.#offset += 1;
    this.#frame = '';
    for (const engine of this.engines) {
      const changes = engine.takeChanges({ includeUpdates: false });
      this.log.take(changes, this.#newestMs, this.told !== undefined);
      this.told?.bar(changes, this.#newestMs);
    }
  }

  end(): void {
    this.flush();
    for (const engine of this.engines) {
      engine.idle(quietMs, this.#newestMs);
      this.log.take(engine.takeChanges({ includeUpdates: true }), this.#newestMs, false);
    }
  }
}
