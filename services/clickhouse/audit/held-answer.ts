// audit/: which queries show patients, and that they are written down before they are answered.
// It knows names and rows, and never what is in them.

import type { Answer, Summary } from '../run/query-runner.js';

/** What of an answer is held back before its first byte goes, in bytes: most answers are whole by then, and one row says how many rows they have. */
const heldBytesMax = 64 * 1024;

export interface HeldAnswer extends Answer {
  /** Of the result, so far. */
  readonly rows: number;
  /** Whether something went out. */
  readonly released: boolean;
  /** Lets go what is held. */
  release(): Promise<void>;
}

/** An answer whose first byte goes out when it is larger than what is held, after `before` was told its rows so far; else by `release`. */
export function heldAnswer(answer: Answer, before: (rows: number) => Promise<void>): HeldAnswer {
  let begun: Summary | undefined;
  let chunks: (readonly [Buffer, number])[] = [];
  let [bytesHeld, rows, released] = [0, 0, false];
  const release = async (): Promise<void> => {
    if (released || !begun) return;
    released = true;
    answer.begin(begun);
    for (const [bytes, count] of chunks) await answer.write(bytes, count);
    chunks = [];
  };
  return {
    get rows() {
      return rows;
    },
    get released() {
      return released;
    },
    release,
    begin: (summary) => (begun = summary),
    write: async (bytes, count) => {
      rows += count;
      if (released) return answer.write(bytes, count);
      chunks.push([bytes, count]);
      bytesHeld += bytes.length;
      if (bytesHeld <= heldBytesMax) return;
      await before(rows);
      await release();
    },
  };
}
