/** What lay there is gone, as where the memory of a frame is used again: whoever keeps a part of it must have a copy. */
export function usedAgain(bytes: Uint8Array): void {
  bytes.fill(0x2a);
}
