import type { Calendar } from '#libs/formats/times/day-calendar.js';
import type { CareMemory, Stamp } from '#libs/care/care-memory.js';
import { networkOf } from '#libs/care/network.js';
import { links, stampText } from '#libs/care/stamp-rows.js';
import { slackMs, stepMs, stepOf, visibleFrom } from '#libs/care/steps.js';
import type { CareTouch } from '#libs/contracts/care/care-fact.js';
import type { AccessRow } from '#libs/contracts/access-row.js';
import { careLinks } from '#libs/contracts/vocabulary.js';
import type { FastRows } from '#libs/formats/vigie/fast-rows.js';
import { BlockHash } from '#libs/pseudonyms/block-hash.js';
import type { GroupKeys } from '#libs/pseudonyms/key-ring.js';
import type { Metrics } from '#libs/runtime/metrics.js';

/** Longer than the log may take to acknowledge, milliseconds: what came before is there or was refused. */
const ackMsMax = 120_000;

/** Networks of addresses that are remembered. */
const addressesMax = 50_000;

export interface StamperTools {
  readonly memory: CareMemory;
  readonly calendar: Calendar;
  /** Whether an account is no person, by its kind or by the list. */
  readonly isService: (actorId: string, kind: string) => boolean;
  /** When the memory was last known to hold all that the log had, milliseconds. */
  readonly readUntil: () => number;
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

const none: readonly undefined[] = [];
const unstamped: Stamp = {};

/** Stamps events as they come, whatever way their rows are made. */
export class Stamper {
  readonly #blocks = new WeakMap<GroupKeys, BlockHash>();
  #networks = new Map<string, string>();
  readonly #counts = new Map<string, number>();

  constructor(private readonly tools: StamperTools) {}

  /** Of an ordinary line that was just read. */
  ofLine(fast: FastRows, groupId: string, keys: GroupKeys, receivedMs: number): Stamps {
    const patients = fast.hasPatients ? fast.rows : 0;
    const actorId = fast.text('actor_id');
    const event = {
      groupId, keys, receivedMs, patients, actorId, clinicId: fast.text('clinic_id'), address: fast.text('source_ip'), timeMs: fast.timeMs,
      isService: this.tools.isService(actorId, fast.begins('actor_kind', 's') ? 'service' : ''),
      isEmergency: fast.begins('emergency', 't'), isRefused: fast.begins('outcome', 'f'),
    }; // prettier-ignore
    const pseudonyms: string[] = [];
    const identifiers: string[] = [];
    for (let row = 0; row < fast.rows; row += 1) {
      pseudonyms.push(fast.pseudonym(row));
      identifiers.push(patients > 0 ? fast.identifier(row) : '');
    }
    return this.#stamp(event, pseudonyms, identifiers, none);
  }

  /** Of an event whose rows were made one by one; `identifiers` are canonical, in the order of the rows. */
  ofRows(rows: readonly AccessRow[], identifiers: readonly string[], keys: GroupKeys): Stamps {
    const [first] = rows;
    if (!first) return { ends: [], touches: [] };
    const event = {
      groupId: first.group_id, keys, receivedMs: Date.parse(first.received_at), patients: first.patient_id === '' ? 0 : rows.length,
      actorId: first.actor_id, clinicId: first.clinic_id, address: first.source_ip ?? '', timeMs: Date.parse(first.time), isService: this.tools.isService(first.actor_id, first.actor_kind ?? ''),
      isEmergency: first.emergency === true, isRefused: first.outcome === 'failure',
    }; // prettier-ignore
    return this.#stamp(event, rows.map(({ patient_id }) => patient_id), identifiers, rows.map(({ former_id }) => former_id)); // prettier-ignore
  }

  /** Adds up how many rows were stamped how since the last time. */
  account(): void {
    for (const [care_link, count] of this.#counts) this.tools.metrics.add('vigie_rows_stamped_total', { care_link }, count);
    this.#counts.clear();
  }

  #stamp(
    event: Event,
    pseudonyms: readonly string[],
    identifiers: readonly string[],
    formers: readonly (string | undefined)[],
  ): Stamps {
    const { memory, calendar, knowsLinks } = this.tools;
    const { groupId, actorId, clinicId, timeMs, receivedMs, patients } = event;
    // One for all rows: this is done for every access that comes in.
    const access = { groupId, actorId, clinicId, network: this.#networkOf(event.address), timeMs, patientId: '' };
    memory.advance(receivedMs);
    const isWhole = this.#isWhole(timeMs);
    const day = calendar.dayOf(timeMs);
    const blocks = this.#blocksOf(event.keys);
    const ends: string[] = [];
    for (const [row, pseudonym] of pseudonyms.entries()) {
      access.patientId = knowsLinks ? (formers[row] ?? pseudonym) : '';
      const stamp = isWhole ? memory.look(access) : unstamped;
      this.#count(pseudonym === '' ? 'no_patient' : (stamp.care_link ?? 'unknown'));
      const block = pseudonym === '' ? undefined : blocks.of(clinicId, identifiers[row] ?? '', day);
      ends.push(stampText(stamp, patients, block));
    }
    const visible = visibleFrom(timeMs, receivedMs);
    const touches: CareTouch[] = [];
    const tell = (patientId: string): void => {
      access.patientId = patientId;
      const touch = memory.news(access, visible);
      if (touch) touches.push(touch);
    };
    if (knowsLinks && links(event)) {
      for (const pseudonym of pseudonyms) tell(pseudonym);
      for (const former of formers) if (former !== undefined) tell(former);
    } else tell('');
    return { ends, touches };
  }

  /** Whether all that an access of this time may know has been read. */
  #isWhole(timeMs: number): boolean {
    return this.tools.readUntil() >= stepOf(timeMs) * stepMs - slackMs + ackMsMax;
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

  #count(link: string): void {
    this.#counts.set(link, (this.#counts.get(link) ?? 0) + 1);
  }
}

/** How rows are counted. */
export const stampedAs = [...careLinks, 'unknown', 'no_patient'] as const;
