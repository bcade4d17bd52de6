/** Frames in flight of one partition: the offset to commit is the end of the contiguous run whose every change is settled. */
export class Prefix {
  readonly #frames: { last: number; open: number }[] = [];
  #next: number | undefined;

  /** The offset up to which everything is done; undefined before anything was. */
  get next(): number | undefined {
    return this.#next;
  }

  /** Notes a frame with `open` unsettled changes and answers with the function that settles one of them. */
  add(offset: number, open: number): () => void {
    const tail = this.#frames.at(-1);
    if (open === 0 && tail) {
      // Frames without anything to tell join the one before them, so that memory is bounded by the changes that wait.
      tail.last = offset;
      return () => {};
    }
    const frame = { last: offset, open };
    this.#frames.push(frame);
    this.#advance();
    return () => {
      frame.open -= 1;
      this.#advance();
    };
  }

  #advance(): void {
    while (this.#frames[0]?.open === 0) this.#next = (this.#frames.shift()?.last ?? 0) + 1;
  }
}
