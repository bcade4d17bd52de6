import { readFileSync } from 'node:fs';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from '@jest/globals';
import { codeOf, isError, messageOf } from './outcome.js';
import { createLog } from './log.js';

/** What Node throws for a file that is not there: under Jest of another realm than the tests. */
function missing(): unknown {
  try {
    return readFileSync('/nowhere/at/all');
  } catch (cause) {
    return cause;
  }
}

class Own extends Error {}

describe('what was thrown', () => {
  it.each<[string, unknown, string, string | undefined]>([
    ['of this realm', new Error('one'), 'one', undefined],
    ['of a class of ours', new Own('two'), 'two', undefined],
    ['of Node', missing(), `ENOENT: no such file or directory, open '/nowhere/at/all'`, 'ENOENT'],
    ['of another context', runInNewContext(`Object.assign(new RangeError('three'), { code: 7 })`), 'three', '7'],
    ['of what is left off', AbortSignal.abort().reason, 'This operation was aborted', '20'],
  ])('is an error %s', (_of, thrown, message, code) => {
    expect([isError(thrown), messageOf(thrown), codeOf(thrown)]).toEqual([true, message, code]);
  });

  it.each([['text'], [undefined], [null], [{ message: 'no', code: 'NO' }], [404]])('is none where it is %p', (thrown) => {
    expect([isError(thrown), messageOf(thrown), codeOf(thrown)]).toEqual([false, String(thrown), undefined]);
  });

  it('is logged by its message, and a bug by its stack, of whichever realm', () => {
    const lines: string[] = [];
    const log = createLog('test', 'info', { write: (line) => void lines.push(line) });
    for (const cause of [missing(), new RangeError('own'), runInNewContext(`new RangeError('other')`)]) log.info('x', { cause });
    const causes = lines.map((line) => String((JSON.parse(line) as { cause: unknown }).cause));
    expect(causes).toEqual([
      expect.stringMatching(/^ENOENT: [^\n]+$/),
      expect.stringMatching(/^RangeError: own\n +at /),
      expect.stringMatching(/^RangeError: other\n +at /),
    ]);
  });
});
