import type { EngineConnection } from '../engine/engine.js';
import type { EngineRole } from '../engine/engine-config.js';
import { exception, exceptionOf } from '../engine/exception.js';
import { type ReadLimits, refusal } from './guard.js';
import type { QueryRequest } from './request.js';
import { inspect } from './sql-text.js';

/** A request that the engine has read and that may run: its text is the engine's own writing of it, without comments or odd spellings. */
export interface JudgedRequest extends QueryRequest {
  readonly role: EngineRole;
}

/**
 * Has the engine parse the statement, judges what it parsed, and returns the request with that text: what was judged is what runs, so no
 * spelling can mean one thing to the judge and another to the engine. Rejects with the engine's syntax error or with the refusal.
 */
export async function judged(
  connection: EngineConnection,
  request: QueryRequest,
  role: EngineRole,
  limits: ReadLimits,
): Promise<JudgedRequest> {
  const sql = await asParsed(connection, request.sql);
  const inspection = inspect(sql);
  const { statement } = inspection;
  if ((statement.kind === 'insert') !== (request.inspection.statement.kind === 'insert'))
    throw exception(
      62,
      'SYNTAX_ERROR',
      'It cannot be told where the data of this INSERT begin: write INSERT INTO table FORMAT name',
    );
  const told = { ...request, sql, inspection, targetEnd: statement.kind === 'insert' ? statement.targetEnd : 0, role };
  const refused = refusal(told, limits);
  if (refused) throw refused;
  return told;
}

async function asParsed(connection: EngineConnection, sql: string): Promise<string> {
  const text = `'${sql.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
  try {
    const { bytes } = await connection.query(`SELECT formatQuerySingleLine(${text})`, 'RawBLOB');
    return bytes.toString('utf8');
  } catch (cause) {
    const { code, message } = exceptionOf(cause);
    throw exception(code, code === 62 ? 'SYNTAX_ERROR' : 'BAD_QUERY', sentenceOf(message));
  }
}

/** The engine's words on the statement, without those on the call that had it parsed. */
function sentenceOf(message: string): string {
  return message
    .replace(/^Code: \d+\. DB::Exception: /, '')
    .replace(/:? In scope SELECT formatQuerySingleLine\([\s\S]*$/, '')
    .trim();
}
