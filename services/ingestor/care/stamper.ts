import type { Calendar } from '#libs/formats/times/day-calendar.js';
import type { CareMemory } from '#libs/care/care-memory.js';
import { networkOf } from '#libs/care/network.js';
import { type Stamp, stampText, stampTexts } from '#libs/care/stamp.js';
import { links, rememberedAs } from '#libs/care/stamp-rows.js';
import { visibleFrom } from '#libs/care/steps.js';
import type { CareTouch } from '#libs/contracts/care/care-fact.js';
import type { AccessRow } from '#libs/contracts/access-row.js';
import type { FastRows } from '#libs/formats/vigie/fast-rows.js';
import { BlockHash } from '#libs/pseudonyms/block-hash.js';
import type { GroupKeys } from '#libs/pseudonyms/key-ring.js';
import type { Metrics } from '#libs/runtime/metrics.js';
import type { Known } from './known.js';
import { LineStamps } from './line-stamps.js';
import { StampCounts } from './stamp-counts.js';
import { Standings } from './standings.js';

/** Networks of addresses that are remembered. */
const addressesMax = 50_000;

export interface StamperTools {
  readonly memory: CareMemory;
  readonly calendar: Calendar;
  readonly known: Known;
  /** False: rows say nothing of links, and no patient is written down. */
  readonly knowsLinks: boolean;
  readonly metrics: Metrics;
}

/** An event, as far as its stamps are concerned. */
interface Event {
  readonly keys: GroupKeys;
  readonly groupId: string;
  readonly actorId: string;
  readonly clinicId: string;
  readonly address: string;
  readonly isService: boolean;
  /** Event time, milliseconds. */
  readonly timeMs: number;
  readonly receivedMs: number;
  /** Distinct ones. */
  readonly patients: number;
  readonly isEmergency: boolean;
  readonly isRefused: boolean;
}

/** What is written of an event: the ends of its rows, and the lines that make it known to all ingestors. */
export interface Stamps {
  /** From the comma behind the last field; empty where nothing is known. */
  readonly ends: readonly string[];
  readonly touches: readonly CareTouch[];
}

const unstamped: Stamp = {};

/** Stamps events as they come, whatever way their rows are made. */
export class Stamper {
  readonly #blocks = new WeakMap<GroupKeys, BlockHash>();
  #networks = new Map<string, string>();
  readonly #standings = new WeakMap<object, Standings>();
  readonly #counts = new StampCounts();

  constructor(private readonly tools: StamperTools) {}

  /** For the ordinary lines of one request. */
  ofLines(fast: FastRows, groupId: string, keys: GroupKeys, receivedMs: number): LineStamps {
    const { memory, calendar, known, knowsLinks } = this.tools;
    const standings = this.#standings.get(fast.owner) ?? this.#begin(fast);
    return new LineStamps({
      memory,
      calendar,
      known,
      knowsLinks,
      fast,
      groupId,
      receivedMs,
      standings,
      counts: this.#counts,
      blocks: this.#blocksOf(keys),
      networkOf: (address) => this.#networkOf(address),
    });
  }

  /** Of an event whose rows were made one by one; `identifiers` are canonical, in the order of the rows. */
  ofRows(rows: readonly AccessRow[], identifiers: readonly string[], keys: GroupKeys): Stamps {
    const [first] = rows;
    if (!first) return { ends: [], touches: [] };
    const event = {
      groupId: first.group_id,
      keys,
      receivedMs: Date.parse(first.received_at),
      patients: first.patient_id === '' ? 0 : rows.length,
      actorId: first.actor_id,
      clinicId: first.clinic_id,
      address: first.source_ip ?? '',
      timeMs: Date.parse(first.time),
      isService: this.tools.known.isService(first.actor_id, first.actor_kind ?? ''),
      isEmergency: first.emergency === true,
      isRefused: first.outcome === 'failure',
    };
    return this.#stamp(event, rows, identifiers);
  }

  /** Adds up how many rows were stamped how since the last time. */
  account(): void {
    for (const [care_link, count] of this.#counts.take())
      this.tools.metrics.add('vigie_rows_stamped_total', { care_link }, count);
  }

  #stamp(event: Event, rows: readonly AccessRow[], identifiers: readonly string[]): Stamps {
    const { memory, calendar, known, knowsLinks } = this.tools;
    const { groupId, actorId, clinicId, timeMs, receivedMs, patients } = event;
    const visible = visibleFrom(timeMs, receivedMs);
    const access = { groupId, actorId, clinicId, network: this.#networkOf(event.address), timeMs, visible, patientId: '' };
    memory.advance(receivedMs);
    const isWhole = known.isWhole(timeMs);
    const day = calendar.dayOf(timeMs);
    const blocks = this.#blocksOf(event.keys);
    const ends: string[] = [];
    for (const [index, row] of rows.entries()) {
      access.patientId = knowsLinks ? rememberedAs(row) : '';
      const stamp = isWhole ? memory.look(access) : unstamped;
      this.#counts.add(row.patient_id === '' ? 'no_patient' : (stamp.care_link ?? 'unknown'));
      const block = row.patient_id === '' ? undefined : blocks.of(clinicId, identifiers[index] ?? '', day);
      ends.push(stampText(stamp, patients, block));
    }
    const touches: CareTouch[] = [];
    const tell = (patientId: string): void => {
      access.patientId = patientId;
      const touch = memory.news(access, visible);
      if (touch) touches.push(touch);
    };
    if (knowsLinks && links(event)) {
      for (const { patient_id } of rows) tell(patient_id);
      for (const { former_id } of rows) if (former_id !== undefined) tell(former_id);
    } else tell('');
    return { ends, touches };
  }

  /** The first lines of a key and authority: their program is told what stamps look like. */
  #begin(fast: FastRows): Standings {
    const standings = new Standings();
    this.#standings.set(fast.owner, standings);
    fast.setEndings(stampTexts);
    return standings;
  }

  #blocksOf(keys: GroupKeys): BlockHash {
    const known = this.#blocks.get(keys);
    if (known) return known;
    const made = new BlockHash(keys);
    this.#blocks.set(keys, made);
    return made;
  }

  #networkOf(address: string): string {
    const known = this.#networks.get(address);
    if (known !== undefined) return known;
    if (this.#networks.size >= addressesMax) this.#networks = new Map();
    const network = networkOf(address);
    this.#networks.set(address, network);
    return network;
  }
}
