import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';

/** A block: a place, chance so that two ids of one place differ, and zeros by which what was not made here is known. Bytes. */
const [placeBytes, chanceBytes, blockBytes] = [6, 4, 16] as const;
const cipher = 'aes-128-ecb';

/**
 * Ids of places in a stream that say nothing of how far they are apart: whoever may see a part of what happens would count the rest by numbers.
 * They are of one process, by its key.
 */
export class FeedPlaces {
  readonly #key = randomBytes(blockBytes);

  /** The id of a place, an integer from 0; another one at every call. 32 hexadecimal digits. */
  idOf(place: number): string {
    const block = Buffer.alloc(blockBytes);
    block.writeUIntBE(place, 0, placeBytes);
    randomBytes(chanceBytes).copy(block, placeBytes);
    const sealing = createCipheriv(cipher, this.#key, null).setAutoPadding(false);
    return Buffer.concat([sealing.update(block), sealing.final()]).toString('hex');
  }

  /** The place of an id; undefined for what this process gave nobody. */
  placeOf(id: string): number | undefined {
    if (!/^[0-9a-f]{32}$/.test(id)) return undefined;
    const opening = createDecipheriv(cipher, this.#key, null).setAutoPadding(false);
    const block = Buffer.concat([opening.update(Buffer.from(id, 'hex')), opening.final()]);
    const rest = block.subarray(placeBytes + chanceBytes);
    return rest.every((byte) => byte === 0) ? block.readUIntBE(0, placeBytes) : undefined;
  }
}
