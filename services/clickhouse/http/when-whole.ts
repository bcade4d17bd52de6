import type { Answer, Summary } from '../run/query-runner.js';

/**
 * Holds an answer back until it is whole or larger than `bytesMax` (`wait_end_of_query`): an error before that is a status and a code,
 * where it would otherwise be a transfer broken off in the middle. What is larger streams from there on.
 */
export async function whenWhole(answer: Answer, bytesMax: number, work: (held: Answer) => Promise<void>): Promise<void> {
  let waiting: { summary: Summary; chunks: (readonly [Buffer, number])[]; bytes: number } | undefined;
  let released = false;
  const release = async (): Promise<void> => {
    if (released || !waiting) return;
    released = true;
    answer.begin(waiting.summary);
    for (const [bytes, rows] of waiting.chunks) await answer.write(bytes, rows);
  };
  await work({
    begin: (summary) => (waiting = { summary, chunks: [], bytes: 0 }),
    write: async (bytes, rows) => {
      if (released || !waiting) return answer.write(bytes, rows);
      waiting.chunks.push([bytes, rows]);
      waiting.bytes += bytes.length;
      if (waiting.bytes > bytesMax) await release();
    },
  });
  await release();
}
