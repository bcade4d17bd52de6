import type { Engine } from './engine.js';
import type { EngineRole } from './engine-config.js';
import { exceptionOf } from './exception.js';

/** Each must be refused with code 497 before anybody is served: another version of the engine might read our configuration otherwise. */
const forbidden = [
  "SELECT * FROM file('/dev/null', LineAsString)",
  "SELECT * FROM url('http://127.0.0.1:1/', LineAsString)",
  "SELECT * FROM remote('127.0.0.1:1', system.one)",
  'CREATE FUNCTION vigie_probe AS (x) -> x',
  'SYSTEM FLUSH LOGS',
] as const;

/** And these with code 452. */
const fixed = ["SET format_schema = 'x'", "SET dialect = 'prql'"] as const;

/** Rejects when the engine lets any role do what its configuration forbids. */
export async function probeWalls(engine: Engine): Promise<void> {
  for (const role of ['people', 'services'] as const) {
    for (const sql of forbidden) await expectRefusal(engine, role, sql, 497);
    for (const sql of fixed) await expectRefusal(engine, role, sql, 452);
  }
  await expectRefusal(engine, 'people', 'CREATE DATABASE vigie_probe', 497);
}

async function expectRefusal(engine: Engine, role: EngineRole, sql: string, code: number): Promise<void> {
  const connection = await engine.connect(role);
  try {
    const told = await connection.query(sql, 'Null').then(
      () => 0,
      (cause: unknown) => exceptionOf(cause).code,
    );
    if (told !== code)
      throw new Error(
        `the engine does not keep to its configuration: as ${role} it answered ${told || 'well'} to "${sql}", where ${code} is right; nobody is served by it. Is chdb the version that package.json names?`,
      );
  } finally {
    connection.close();
  }
}
