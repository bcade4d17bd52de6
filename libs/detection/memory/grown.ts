/** A copy with half as much room again, for columns that grow. */
export function grown<T extends { readonly length: number; set(from: T): void }>(from: T, Make: new (length: number) => T): T {
  const to = new Make(Math.ceil(from.length * 1.5));
  to.set(from);
  return to;
}
