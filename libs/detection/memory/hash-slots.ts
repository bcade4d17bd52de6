/**
 * What open-addressed tables of numbered things have in common: numbers from 1 in the slots, 0 for none, each as near behind the slot of its
 * hash as there was room. The number of slots is a power of two.
 */
export function enterSlot(slots: Uint32Array, id: number, hash: number): void {
  const mask = slots.length - 1;
  let slot = hash & mask;
  while (slots[slot] !== 0) slot = (slot + 1) & mask;
  slots[slot] = id;
}

/** Takes a number out that is there. Whoever stands behind and may stand in the hole moves into it, so that no search ends early. */
export function leaveSlot(slots: Uint32Array, id: number, hashes: Uint32Array): void {
  const mask = slots.length - 1;
  let hole = (hashes[id] ?? 0) & mask;
  while (slots[hole] !== id) hole = (hole + 1) & mask;
  for (let slot = (hole + 1) & mask; ; slot = (slot + 1) & mask) {
    const other = slots[slot] ?? 0;
    if (other === 0) break;
    const home = (hashes[other] ?? 0) & mask;
    if (((slot - home) & mask) < ((slot - hole) & mask)) continue;
    slots[hole] = other;
    hole = slot;
  }
  slots[hole] = 0;
}

/** The same numbers in twice as many slots. */
export function doubledSlots(slots: Uint32Array, hashes: Uint32Array): Uint32Array<ArrayBuffer> {
  const doubled = new Uint32Array(slots.length * 2);
  for (const id of slots) if (id !== 0) enterSlot(doubled, id, hashes[id] ?? 0);
  return doubled;
}
