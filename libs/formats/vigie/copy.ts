/**
 * Copies whole words of four bytes: up to three bytes more than asked for are read and written, and overwritten by what follows. A third
 * of the time of a loop over bytes, and ranges are too short for a native copy. Answers with the index after what was asked for.
 */
export function copy(from: DataView, start: number, end: number, to: DataView, at: number): number {
  let target = at;
  for (let source = start; source < end; source += 4, target += 4) to.setInt32(target, from.getInt32(source, true), true);
  return at + end - start;
}

/** A constant part of a row. */
export class Part {
  readonly view: DataView;
  readonly length: number;
  constructor(text: string) {
    const bytes = Buffer.from(text);
    this.length = bytes.length;
    const padded = new Uint8Array(bytes.length + 4);
    padded.set(bytes);
    this.view = new DataView(padded.buffer);
  }
  copy(to: DataView, at: number): number {
    return copy(this.view, 0, this.length, to, at);
  }
}
