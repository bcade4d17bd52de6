import type { QueryRequest } from './request.js';
import { inspect } from './sql-text.js';

/** A request for the statement as the door reads it, with nothing else said. */
export function aRequest(sql: string, settings: ReadonlyMap<string, string> = new Map()): QueryRequest {
  return {
    queryId: 'q',
    database: undefined,
    sql,
    targetEnd: 0,
    data: Buffer.alloc(0),
    inspection: inspect(sql),
    format: 'TSV',
    settings,
    readOnly: false,
    compressResponse: false,
    waitForEnd: false,
    clientRevision: 0,
  };
}
