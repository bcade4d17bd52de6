/**
 * The rows of an answer in `JSONEachRow`. Rejects where it does not end as rows do: the client leaves a last line that is not finished out without a word, so
 * that a page of a proxy would be an empty list, and what a proxy cut off a shorter one.
 */
export async function wholeRows(answer: { text(): Promise<string> }): Promise<readonly unknown[]> {
  const lines = (await answer.text()).split('\n');
  if (lines.pop() !== '')
    throw new Error(
      'the answer does not end as rows do; does ClickHouse itself answer at CLICKHOUSE_URL, or something before it?',
    );
  return lines.map((line): unknown => JSON.parse(line));
}
