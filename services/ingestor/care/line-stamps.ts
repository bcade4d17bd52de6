import type { CareMemory } from '#libs/care/care-memory.js';
import { PatientKey } from '#libs/care/patient-key.js';
import { stampNumber } from '#libs/care/stamp.js';
import { links } from '#libs/care/stamp-rows.js';
import { Standing } from '#libs/care/standing.js';
import { stepOf, visibleFrom } from '#libs/care/steps.js';
import type { CareTouch } from '#libs/contracts/care/care-fact.js';
import type { FastRows } from '#libs/formats/vigie/fast-rows.js';
import type { Calendar } from '#libs/formats/times/day-calendar.js';
import type { BlockHash } from '#libs/pseudonyms/block-hash.js';
import type { Known } from './known.js';
import { type StampCounts, stampedAs } from './stamp-counts.js';
import type { Standings } from './standings.js';

export interface LineStampsTools {
  readonly memory: CareMemory;
  readonly calendar: Calendar;
  readonly known: Known;
  readonly knowsLinks: boolean;
  readonly fast: FastRows;
  readonly groupId: string;
  readonly receivedMs: number;
  readonly standings: Standings;
  readonly counts: StampCounts;
  readonly blocks: BlockHash;
  readonly networkOf: (address: string) => string;
}

const noTouches: readonly CareTouch[] = [];
const noPatient = stampedAs.indexOf('no_patient');
const unknownLink = 0;

/**
 * Stamps the ordinary lines of one request as `Stamper` stamps rows, of what the program of rows has hashed already: for a line of a known context
 * neither texts nor objects are made. `begin` after a line was read, `write` its rows, then ask for `touches`.
 */
export class LineStamps {
  readonly #key = new PatientKey();
  readonly #group: number;
  readonly #makeBlock: (row: number, day: number) => string;
  #standing = new Standing('', '', '', '');
  #timeMs = 0;
  #step = 0;
  #day = 0;
  #visible = 0;
  #patients = 0;
  #isKnown = false;
  #places = 0;

  constructor(private readonly tools: LineStampsTools) {
    const { fast, blocks, memory, receivedMs, groupId } = tools;
    this.#group = memory.groupNumberOf(groupId);
    // Called for identifiers that are numbers alone, which all have a block.
    this.#makeBlock = (row, day) => blocks.of(this.#standing.clinicId, fast.identifier(row), day) ?? '';
    memory.advance(receivedMs);
  }

  /** Looks at what all rows of the line that was just read have in common. */
  begin(): void {
    const { fast, memory, calendar, groupId, receivedMs, standings, known, networkOf } = this.tools;
    this.#timeMs = fast.timeMs;
    this.#step = stepOf(this.#timeMs);
    this.#day = calendar.dayOf(this.#timeMs);
    this.#visible = visibleFrom(this.#timeMs, receivedMs);
    this.#patients = fast.hasPatients ? fast.rows : 0;
    this.#standing = standings.of(fast, groupId, networkOf);
    this.#isKnown = known.isWhole(this.#timeMs) && this.#step >= memory.lowest;
    this.#places = this.#isKnown ? memory.placesOf(this.#standing, this.#timeMs) : 0;
  }

  /** Writes a row with its stamp to an address of the program; answers with its length in bytes. */
  write(row: number, to: number): number {
    const { fast, counts } = this.tools;
    if (this.#patients === 0) {
      counts.addLink(noPatient);
      return fast.writeEnding(row, to, stampNumber(unknownLink, this.#places));
    }
    const link = this.#linkOf(row);
    counts.addLink(link);
    return fast.writeStamped(row, to, stampNumber(link, this.#places), this.#day, this.#makeBlock);
  }

  /** The lines that make the event known; mostly there are none. */
  touches(): readonly CareTouch[] {
    const { fast, memory, knowsLinks } = this.tools;
    const standing = this.#standing;
    const moment = memory.momentOf(this.#timeMs, this.#visible);
    if (!memory.isAskedFor(moment)) return noTouches;
    const isSeen = memory.isSeen(standing, moment);
    if (!knowsLinks || !this.#isLinking()) return isSeen ? noTouches : [memory.touchOf(standing, moment, '')];
    let touches = noTouches;
    for (let row = 0; row < this.#patients; row += 1) {
      const isMet = memory.isMet(standing, this.#keyOf(row), moment);
      if (isMet && isSeen) continue;
      touches = [...touches, memory.touchOf(standing, moment, isMet ? '' : fast.pseudonym(row))];
    }
    return touches;
  }

  #linkOf(row: number): number {
    const { memory, knowsLinks } = this.tools;
    if (!this.#isKnown || !knowsLinks) return unknownLink;
    return memory.linkOf(this.#standing, this.#keyOf(row), this.#step, this.#visible);
  }

  #keyOf(row: number): PatientKey {
    this.tools.fast.words(row, this.#key);
    this.#key.bind(this.#group);
    return this.#key;
  }

  #isLinking(): boolean {
    const { fast, known } = this.tools;
    return links({
      patients: this.#patients,
      isService: known.isService(this.#standing.actorId, fast.begins('actor_kind', 's') ? 'service' : ''),
      isEmergency: fast.begins('emergency', 't'),
      isRefused: fast.begins('outcome', 'f'),
    });
  }
}
