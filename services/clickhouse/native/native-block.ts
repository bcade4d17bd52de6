import type { EngineConnection } from '../engine/engine.js';

/**
 * The block that a server sends for a result without rows: names and types of the columns. The engine gives no byte at all there, and
 * clients that speak Native (Grafana's data source) take that for a broken answer.
 * Layout: number of columns, number of rows (0), then name and type of each; numbers as LEB128, texts with their length before them.
 */
export async function emptyNativeBlock(connection: EngineConnection, sql: string): Promise<Buffer> {
  const bare = sql.replace(/[\s;]+$/, '').replace(/\bFORMAT\s+Native\s*$/i, '');
  const { bytes } = await connection.query(`DESCRIBE TABLE (${bare}\n)`, 'JSONCompactEachRow');
  const columns = bytes
    .toString('utf8')
    .split('\n')
    .filter(Boolean)
    .map((line): unknown => JSON.parse(line));
  const texts = columns.flatMap((column) => (Array.isArray(column) ? [String(column[0]), String(column[1])] : []));
  return Buffer.concat([leb128(columns.length), leb128(0), ...texts.map(textOf)]);
}

function textOf(text: string): Buffer {
  const bytes = Buffer.from(text, 'utf8');
  return Buffer.concat([leb128(bytes.length), bytes]);
}

function leb128(value: number): Buffer {
  const bytes: number[] = [];
  let left = value;
  for (; left >= 0x80; left = Math.floor(left / 128)) bytes.push((left % 128) + 0x80);
  return Buffer.from([...bytes, left]);
}
