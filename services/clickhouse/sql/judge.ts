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
  const { sql, inspection } = await parsed(connection, request, role);
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
 * What the engine made of statements, by their text: it makes the same of the same, and asking it takes longer than the storing of some dozens of rows, or than
 * many an answer. Of heads of INSERTs with nothing but names in them, and of what services ask: these give what they ask by as parameters, so that no value of
 * anybody is kept.
 */
const known = new Map<string, Parsed>();
const knownMax = 128;

/** A longer statement is read anew each time. Characters. */
const knownCharactersMax = 16_384;

async function parsed(connection: EngineConnection, { sql: text, inspection }: QueryRequest, role: EngineRole): Promise<Parsed> {
  const before = known.get(text);
  if (before) return before;
  const sql = await asParsed(connection, text);
  const made = { sql, inspection: inspect(sql) };
  if (text.length <= knownCharactersMax && isSaidAgain(text, inspection, role)) {
    if (known.size >= knownMax) known.clear();
    known.set(text, made);
  }
  return made;
}

function isSaidAgain(text: string, { statement, severalStatements }: Inspection, role: EngineRole): boolean {
  if (statement.kind === 'insert') return isOnlyNames(text);
  return statement.kind === 'select' && role === 'services' && !severalStatements;
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
