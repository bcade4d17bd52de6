import type { EngineConnection } from '../engine/engine.js';
import type { EngineRole } from '../engine/engine-config.js';
import { exception, exceptionOf } from '../engine/exception.js';
import { type ReadLimits, refusal } from './guard.js';
import type { QueryRequest } from './request.js';
import { type Inspection, inspect, isOnlyNames } from './sql-text.js';

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
  const { sql, inspection } = await parsed(connection, request);
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

interface Parsed {
  /** As the engine writes it. */
  readonly sql: string;
  readonly inspection: Inspection;
}

/**
 * What the engine made of heads of INSERTs, by their text: it makes the same of the same, and asking it takes longer than the storing of some dozens of
 * rows. Of statements with nothing but names in them alone, so that no value of anybody is kept.
 */
const insertHeads = new Map<string, Parsed>();
const insertHeadsMax = 64;

async function parsed(connection: EngineConnection, { sql: text, inspection }: QueryRequest): Promise<Parsed> {
  const known = insertHeads.get(text);
  if (known) return known;
  const sql = await asParsed(connection, text);
  const made = { sql, inspection: inspect(sql) };
  if (inspection.statement.kind === 'insert' && isOnlyNames(text)) {
    if (insertHeads.size >= insertHeadsMax) insertHeads.clear();
    insertHeads.set(text, made);
  }
  return made;
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
