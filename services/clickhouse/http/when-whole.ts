import type { Answer, Summary } from '../run/query-runner.js';

/**
 * Holds an answer back until it is whole or larger than `bytesMax` (`wait_end_of_query`): an error before that is a status and a code,
 * where it would otherwise be a transfer broken off in the middle. What is larger streams from there on.
 */
export async function whenWhole(answer: Answer, bytesMax: number, work: (held: Answer) => Promise<void>): Promise<void> {
  let waiting: { summary: Summary; chunks: Buffer[]; bytes: number } | undefined;
  let released = false;
  const release = async (): Promise<void> => {
    if (released || !waiting) return;
    released = true;
    answer.begin(waiting.summary);
    for (const chunk of waiting.chunks) await answer.write(chunk);
  };
  await work({
    begin: (summary) => (waiting = { summary, chunks: [], bytes: 0 }),
    write: async (bytes) => {
      if (released || !waiting) return answer.write(bytes);
      waiting.chunks.push(bytes);
      waiting.bytes += bytes.length;
      if (waiting.bytes > bytesMax) await release();
    },
  });
  await release();
}
