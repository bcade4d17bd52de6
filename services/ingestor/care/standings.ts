import { Standing } from '#libs/care/standing.js';
import type { ContextPlace, FastRows } from '#libs/formats/vigie/fast-rows.js';

/** The standing of a context, and the number that says whether it is still that of its place. */
interface Kept {
  readonly number: number;
  readonly standing: Standing;
}

/** The standings of contexts under one key and authority, so that a line that comes from a known one makes no text. */
export class Standings {
  readonly #kept: (Kept | undefined)[] = [];
  readonly #found: ContextPlace = { place: 0, number: 0 };

  /** The standing of the line that was just read. */
  of(fast: FastRows, groupId: string, networkOf: (address: string) => string): Standing {
    const found = this.#found;
    if (!fast.context(found)) return make(fast, groupId, networkOf);
    const kept = this.#kept[found.place];
    if (kept?.number === found.number) return kept.standing;
    const standing = make(fast, groupId, networkOf);
    this.#kept[found.place] = { number: found.number, standing };
    return standing;
  }
}

function make(fast: FastRows, groupId: string, networkOf: (address: string) => string): Standing {
  return new Standing(groupId, fast.text('actor_id'), fast.text('clinic_id'), networkOf(fast.text('source_ip')));
}
