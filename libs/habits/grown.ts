/** The same numbers in a longer array. */
export function grown<T extends Int32Array | Uint16Array | Uint8Array | Float32Array>(from: T, to: T): T {
  to.set(from);
  return to;
}
