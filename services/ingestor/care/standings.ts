import { Standing } from '#libs/care/standing.js';
import type { FastRows } from '#libs/formats/vigie/fast-rows.js';
import type { ContextPlace } from '#libs/formats/vigie/wasm/row-program.js';

/** The standings of contexts under one key and authority, so that a line that comes from a known one makes no text. */
export class Standings {
  /** By place. It has no holes, since the first lines come in any order and an array with many holes is a hash table. */
  readonly #kept: (Standing | undefined)[] = [];
  readonly #found: ContextPlace = { place: 0, number: 0 };

  /** The standing of the line that was just read. */
  of(fast: FastRows, groupId: string, networkOf: (address: string) => string): Standing {
    const found = this.#found;
    if (!fast.context(found)) return make(fast, groupId, networkOf);
    const kept = this.#kept[found.place];
    if (kept?.number === found.number) return kept;
    const standing = make(fast, groupId, networkOf);
    standing.number = found.number;
    while (this.#kept.length <= found.place) this.#kept.push(undefined);
    this.#kept[found.place] = standing;
    return standing;
  }
}

function make(fast: FastRows, groupId: string, networkOf: (address: string) => string): Standing {
  return new Standing(groupId, fast.text('actor_id'), fast.text('clinic_id'), networkOf(fast.text('source_ip')));
}
