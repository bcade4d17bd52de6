import { expect, it } from '@jest/globals';
import type { EngineConnection } from '../engine/engine.js';
import type { EngineRole } from '../engine/engine-config.js';
import { aRequest } from './a-request.fixture.js';
import { judged } from './judge.js';

it('asks the engine once for what a service asks again, and each time for what people write and for a long text', async () => {
  const question = 'SELECT count() FROM vigie.cases WHERE case_id = {case_id:String}';
  expect(await timesAsked(question, 'people', 3)).toBe(3);
  expect(await timesAsked(question, 'services', 3)).toBe(1);
  expect(await timesAsked(`${question} /* ${'a'.repeat(20_000)} */`, 'services', 3)).toBe(3);
  expect(await timesAsked("ALTER TABLE vigie.cases DELETE WHERE case_id = 'a'", 'services', 3)).toBe(3);
  expect(await timesAsked('INSERT INTO vigie.cases FORMAT JSONEachRow', 'services', 3)).toBe(1);
  expect(
    await timesAsked("INSERT INTO vigie.cases SETTINGS insert_deduplication_token = 'a' FORMAT JSONEachRow", 'services', 3),
  ).toBe(3);
});

it('judges by who asks, also what is known', async () => {
  const sql = "SELECT * FROM vigie.cases SETTINGS log_comment = 'a'";
  for (const role of ['services', 'services', 'people'] as const)
    await expect(timesAsked(sql, role, 1)).rejects.toThrow(/log_comment/);
});

async function timesAsked(sql: string, role: EngineRole, times: number): Promise<number> {
  let asked = 0;
  const connection = {
    query: async () => {
      asked += 1;
      return { bytes: Buffer.from(sql), rowsRead: 1, bytesRead: 1 };
    },
  } as unknown as EngineConnection;
  const request = aRequest(sql);
  for (let time = 0; time < times; time += 1) await judged(connection, request, role, { secondsMax: 60, memoryMax: 1e9 });
  return asked;
}
