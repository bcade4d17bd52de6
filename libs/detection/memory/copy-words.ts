/** A loop, since most runs are short and a view for `set` costs more than they do. Within one array only towards its beginning. */
export function copyWords(from: Uint32Array, start: number, to: Uint32Array, at: number, count: number): void {
  if (count > 2_048) to.set(from.subarray(start, start + count), at);
  else for (let word = 0; word < count; word += 1) to[at + word] = from[start + word] ?? 0;
}
